"""What we remember: talks, decisions, replies and counts; it decides nothing, and talks to a database only."""
