"""Back-off, periodic loops, task sets: once instead of six times."""
