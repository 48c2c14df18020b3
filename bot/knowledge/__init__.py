"""The knowledge in service: load, cache, swap, explain."""
