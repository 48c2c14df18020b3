"""Composition: which roles there are and what is wired to what."""
