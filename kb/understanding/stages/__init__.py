"""One file a stage, all of the same signature."""
