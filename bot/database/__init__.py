"""How async code asks the database: transactions in threads, group commit, LISTEN."""
