"""Signing in of agents: their sessions, and the attempts that failed."""
