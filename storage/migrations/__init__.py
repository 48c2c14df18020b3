"""The schema, revision by revision; a released revision never changes."""

HEAD = "0016"
"""The newest revision."""
