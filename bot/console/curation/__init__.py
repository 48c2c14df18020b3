"""The logic behind Unanswered and Teach, without HTML."""
