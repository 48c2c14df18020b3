"""The schema, revision by revision; a released revision never changes."""

HEAD = "0023"
"""The newest revision."""
