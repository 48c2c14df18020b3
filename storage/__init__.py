"""Stores conversations, decisions, replies and counts; decides nothing, and talks to a database only."""
