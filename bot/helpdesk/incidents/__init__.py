"""Incidents: hand-offs of one cause that come close together, told and worked as one."""
