"""A reply goes out, in order, at least once."""
