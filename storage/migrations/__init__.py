"""The schema, revision by revision; a released revision never changes."""

HEAD = "0008"
"""The newest revision."""
