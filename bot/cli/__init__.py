"""The command line: reads arguments, calls one function, prints; every command is thin and imports late."""

from bot.cli.app import main

__all__ = ["main"]
