"""How the tables came to be, revision by revision; a revision that is released is never changed."""

HEAD = "0008"
"""The newest revision."""
