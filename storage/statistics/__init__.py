"""Counts without personal data."""
