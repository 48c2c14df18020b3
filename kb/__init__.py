"""What we know: topics, and finding the one that a message means; no network, no clock; only kb.loading reads files."""
