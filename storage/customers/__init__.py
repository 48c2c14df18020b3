"""Customers: which venues there are, how each is recognized, and what stands in it."""
