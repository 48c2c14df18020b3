"""Which reply to a later turn is likeliest right: what may be said instead, and what tells it."""
