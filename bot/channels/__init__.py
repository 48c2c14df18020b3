"""The channels: each knows messages and its own technology, and nothing else of the program."""
