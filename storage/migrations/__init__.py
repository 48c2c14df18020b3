"""The schema, revision by revision; a released revision never changes."""

HEAD = "0010"
"""The newest revision."""
