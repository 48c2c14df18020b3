"""What a message means in its conversation, before a handler answers it."""
