"""paligs kb bench."""
