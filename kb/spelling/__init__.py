"""Which known word a strange one was meant to be."""
