"""What is not a topic: choices, commands, feedback, not understood, service notices."""
