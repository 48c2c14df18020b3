"""The web chat: one page and one WebSocket; knows messages and the web, and nothing else of the program."""
