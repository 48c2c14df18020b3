"""The schema, revision by revision; a released revision never changes."""

HEAD = "0026"
"""The newest revision."""
