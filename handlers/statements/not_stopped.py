"""Words that surely tell of no stop, however they sound: there is another till, another thing is meant; pure."""

from typing import Final

from handlers.statements.still_trades import DENIES, TRADES
from kb.text.lazy_pattern import LazyPattern

_OTHER_ONE: Final = LazyPattern(
    r"\b(?:but|bet|но|а|no) (?:we |mums |у нас |u nas )?(?:have|has|ir|есть|est) (?:the |an)?"
    r"(?:other|another|second|otr[ausā]\w*|cit[asu]\w*|друг\w+|втор\w+|drug\w+|vtor\w+)"
)
_CONTRAST: Final = LazyPattern(r"\W*(?:не|ne|nevis|not) [^\W\d]+,? (?:а|a|bet|but|na) [^\W\d]+\W*")
_ADJECTIVE: Final = LazyPattern(
    r"\W*(?:не|ne) [^\W\d]+(?:ую|юю|ой|ый|ий|ая|яя|ое|ые|ого|uju|oj|yj|iy|aja|aya|o[jy]e|oe|ye|ogo)\W*"
)
"""Sets right which one is meant: "not the till's one"."""
MAX_WORDS_OF_QUESTION: Final = 6


def is_surely_no_stop(text: str) -> bool:
    """Whether there is another till, it is asked whether one works, or few words set right which one is meant."""
    said = text.casefold()
    meant = (_OTHER_ONE.search(said), _CONTRAST.fullmatch(said), _ADJECTIVE.fullmatch(said))
    if any(found is not None for found in meant):
        return True
    asks = said.rstrip().endswith("?") and len(said.split()) <= MAX_WORDS_OF_QUESTION
    return asks and TRADES.search(said) is not None and DENIES.search(said) is None
