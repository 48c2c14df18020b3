"""Receives messages: guards, then one transaction."""
