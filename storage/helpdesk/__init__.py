"""Handoffs, their queue and timers; agents, their sessions and audit."""
