"""The composition root: roles, and what is wired to what."""
