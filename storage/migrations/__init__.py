"""The schema, revision by revision; a released revision never changes."""

HEAD = "0019"
"""The newest revision."""
