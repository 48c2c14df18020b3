"""The knowledge in service: load, cache, train, swap, explain."""
