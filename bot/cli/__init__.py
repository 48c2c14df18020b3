"""The command line: parses arguments, calls one function, prints; commands are thin and import late."""

import gc
import sys
from collections.abc import Sequence


def main() -> None:
    """The console script."""
    if (text := _single_question(sys.argv[1:])) is not None:
        # The process ends before a collection would find anything.
        gc.disable()
        from bot.cli.ask import ask_once
        from bot.cli.output import exit_on_known_errors

        with exit_on_known_errors():
            ask_once(text, lang=None, as_json=False)
        sys.exit(0)
    from bot.cli.app import main as run_command

    run_command()


def _single_question(arguments: Sequence[str]) -> str | None:
    """The text of `paligs ask TEXT` without options: it needs no parser, which takes longer to load than to answer."""
    match arguments:
        case ["ask", text] if not text.startswith("-"):
            return text
        case _:
            return None


__all__ = ["main"]
