"""Puts together what the handlers need to know: content, matcher and sentences; decides nothing."""

import gc
from pathlib import Path

from bot.learnt import remembered
from bot.phrases import phrases
from handlers.situation import Knowledge
from kb.load import load
from kb.match import Matcher


def knowledge(folder: Path | None = None) -> Knowledge:
    """Everything that is known, from `folder` or as shipped; the matcher learns from it here (about a second).

    Raises:
        ContentError: names every mistake in the content.
    """
    # What is made here stays to the end: the collector would look through it again and again for nothing.
    collecting = gc.isenabled()
    gc.disable()
    try:
        base = load(folder)
        known = Knowledge(base=base, matcher=Matcher(base, remembered(base)), phrases=phrases())
        gc.freeze()
    finally:
        if collecting:
            gc.enable()
    return known
