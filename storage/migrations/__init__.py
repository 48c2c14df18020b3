"""The schema, revision by revision; a released revision never changes."""

HEAD = "0024"
"""The newest revision."""
