"""The part of a message that tells what is broken, where another part tells of something that works; pure."""

from collections.abc import Callable, Collection
from typing import Final

from handlers.statements.clauses import clauses_of
from handlers.statements.still_trades import DENIES
from kb.text.lazy_pattern import LazyPattern

MAX_PARTS: Final = 4
MIN_WORDS: Final = 2
_WORKS: Final = LazyPattern(
    r"\b(?:works?|working|fine|okay|ok|good|alive|perfect|strādā|strada|darbojas|iet|kārtībā|kartiba|labi|ir ok|deg"
    r"|ieslēgt\w+|ieslegt\w+|работа(?:ет|ют)|норм\w*|порядке|ок|горит|горят|жив\w?"
    r"|rabota(?:et|jut|yut|ut)|norm\w*|porjadke|gorit|gorjat"
    r"|(?:is|are) (?:on|up)|ir|есть|est)\b"
)


def broken_part(text: str, devices_in: Callable[[str], Collection[str]]) -> str | None:
    """The text without its clauses that say of a device that it works; None where there is no such clause.

    "The tills are dead but the kitchen screen works": what is left names another device, or says what cannot be done.
    """
    clauses = clauses_of(text)
    if not 1 < len(clauses) <= MAX_PARTS:
        return None
    working = [clause for clause in clauses if _WORKS.search(clause) and not DENIES.search(clause)]
    rest = [clause for clause in clauses if clause not in working]
    left = ", ".join(rest)
    if not working or len(left.split()) < MIN_WORDS:
        return None
    well, ill = set(devices_in(", ".join(working))), set(devices_in(left))
    return left if well and well.isdisjoint(ill) else None
