"""Ways to talk with people: each channel knows messages and its own technology, and nothing else of the program."""
