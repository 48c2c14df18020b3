"""The schema, revision by revision; a released revision never changes."""

HEAD = "0014"
"""The newest revision."""
