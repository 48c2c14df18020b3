"""The schema, revision by revision; a released revision never changes."""

HEAD = "0020"
"""The newest revision."""
