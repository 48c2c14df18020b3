"""Measures how well messages are understood: reads files, evaluates, draws; nothing in the server uses it."""
