"""What waits to go out, to people and to staff."""
