"""Lessons, entry drafts, ignored questions and unanswered messages."""
