"""What was said and decided."""
