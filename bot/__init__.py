"""Connects the program to the outside: channels, settings, the command line, and the composition root."""
