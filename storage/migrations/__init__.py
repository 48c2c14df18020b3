"""The schema, revision by revision; a released revision never changes."""

HEAD = "0015"
"""The newest revision."""
