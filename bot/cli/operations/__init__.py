"""paligs db, agent, user, outbox, notices."""
