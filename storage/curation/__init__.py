"""What the helpdesk teaches, drafts, ignores, and what was unanswered."""
