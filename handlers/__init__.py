"""What we say: pure decisions from a message, a session and the knowledge; no I/O, clock, environment or logging."""
