"""The command line: parses arguments, calls one function, prints; commands are thin and import late."""

from bot.cli.app import main

__all__ = ["main"]
