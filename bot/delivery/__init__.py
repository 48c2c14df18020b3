"""Sends replies, in order and at least once."""
