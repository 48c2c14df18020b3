"""What we know: topics, and finding the one that a message means; no network, no clock, no files but in kb/load.py."""
