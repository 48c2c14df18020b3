"""The schema, revision by revision; a released revision never changes."""

HEAD = "0012"
"""The newest revision."""
