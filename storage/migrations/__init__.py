"""The schema, revision by revision; a released revision never changes."""

HEAD = "0021"
"""The newest revision."""
