"""Login, passwords, cookies, keys."""
