"""Outages: declared by agents, or proposed where several call for one cause; their end is told to all who asked."""
