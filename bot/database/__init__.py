"""Database access from async code: transactions in threads, group commit, LISTEN."""
