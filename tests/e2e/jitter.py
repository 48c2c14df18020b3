"""Slow platforms: with PALIGS_JITTER=0.5 the stand-ins take up to half a second before they do what they are asked, and
again before they say so. What a test expects in an order, of things that may come in any, fails then.

PALIGS_JITTER_SEED=7 repeats the pauses of another run.
"""

import asyncio
import os
from random import Random
from typing import Final

MOST_SECONDS: Final = float(os.environ.get("PALIGS_JITTER", "0"))
EAGER_SHARE: Final = 0.4
"""Of all that is asked, so much is done at once: what follows overtakes what came before."""

_random: Final = Random(os.environ.get("PALIGS_JITTER_SEED", "paligs"))  # noqa: S311


async def jitter() -> None:
    """A pause, where pauses are wished."""
    if MOST_SECONDS and _random.random() >= EAGER_SHARE:
        await asyncio.sleep(_random.uniform(0, MOST_SECONDS))
