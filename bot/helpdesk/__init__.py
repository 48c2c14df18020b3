"""Handoffs at work: workflow, actions, notifications."""
