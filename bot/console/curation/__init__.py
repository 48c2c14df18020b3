"""The logic of Unanswered and Teach, without HTML."""
