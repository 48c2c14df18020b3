"""The soak: the real program under load for half an hour while everything around it fails, and the reckoning after it."""
