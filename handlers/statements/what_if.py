"""Whether a message only asks what to do if something happens: "and what if it stops again"; pure."""

from typing import Final

from kb.text.lazy_pattern import LazyPattern

MAX_WORDS: Final = 9
_WHAT_IF: Final = LazyPattern(
    r"\W*(?:(?:un|bet|tad|nu|a|а|и|но|ну|i|and|but|so|ok)\W+)*"
    r"(?:(?:ko|kas|kur|kam|kā|ka|что|чё|куда|кому|как|chto|shto|kuda|komu|kak|what|where|who|whom|how)\b[^,;.!?:]*)?"
    r"\b(?:ja|если|esli|if)\b[^,;.!?:]*(?:,\W*(?:tad|то|to|then|ko|kur|kam|что|куда|кому|chto|kuda|komu|what|where"
    r"|who)\b[^,;.!?:]*)?\W*"
)
"""One clause, or a second one that asks what then: nothing is told that is so now."""


def is_what_if(text: str) -> bool:
    """Whether it is one question about a case, in few words."""
    return len(text.split()) <= MAX_WORDS and _WHAT_IF.fullmatch(text.casefold()) is not None
