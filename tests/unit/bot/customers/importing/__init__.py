"""Customers read from tables."""
