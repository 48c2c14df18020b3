"""Hand-offs, their queue and escalations; agents, their sessions and the audit log."""
