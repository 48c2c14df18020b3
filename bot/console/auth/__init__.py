"""Sign-in, passwords, cookies, keys."""
