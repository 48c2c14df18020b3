"""The schema, revision by revision; a released revision never changes."""

HEAD = "0025"
"""The newest revision."""
