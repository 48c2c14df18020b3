"""What the helpdesk announces to everybody, and who has seen it."""
