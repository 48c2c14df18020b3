"""The schema, revision by revision; a released revision never changes."""

HEAD = "0018"
"""The newest revision."""
