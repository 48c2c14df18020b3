"""The schema, revision by revision; a released revision never changes."""

HEAD = "0011"
"""The newest revision."""
