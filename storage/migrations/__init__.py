"""The schema, revision by revision; a released revision never changes."""

HEAD = "0017"
"""The newest revision."""
