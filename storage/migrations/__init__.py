"""The schema, revision by revision; a released revision never changes."""

HEAD = "0013"
"""The newest revision."""
