"""Messages, sessions and decisions of conversations."""
