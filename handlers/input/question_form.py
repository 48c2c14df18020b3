"""Whether a message is a question by its form: by its mark, or by how it opens; pure."""

from typing import Final

from kb.text.lazy_pattern import LazyPattern

QUESTION_WORD: Final = LazyPattern(
    r"\W*(?:(?:un|bet|a|а|и|но|nu|ну|i|and|but|so)\W+)?"
    r"(?:kā|ka|kur|kas|kad|cik|vai|kāpēc|kapec|kurš|kurs|kam|kuram|kādu|kadu|как|где|что|когда|сколько|можно|почему|кто|кому|какой|какая|какую"
    r"|какие|куда|kak|gde|chto|shto|kogda|skolko|mozhno|pochemu|kto|komu|kakoj|kuda|how|where|what(?:'?s)?|when|why|who|which|can|could"
    r"|do|does|is|are|should|will|must)\b"
)
"""How a question opens, also where nobody takes the trouble of a question mark."""


def asks(text: str) -> bool:
    """Whether it has a question mark, or opens as questions do."""
    return "?" in text or QUESTION_WORD.match(text.casefold()) is not None
