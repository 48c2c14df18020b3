"""What stands before every page: who asks, how often, from where, and what the answer may do."""
