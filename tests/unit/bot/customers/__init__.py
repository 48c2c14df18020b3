"""Customers read from tables and written to them."""
