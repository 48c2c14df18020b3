"""The terminal channel: one person at the keyboard of this machine; knows messages and nothing else of the program."""
