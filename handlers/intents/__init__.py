"""One handler for each act of an entry."""
