"""Whether a message is a question by its form: by its mark, or by how it opens; pure."""

from typing import Final

from kb.text.lazy_pattern import LazyPattern

QUESTION_WORD: Final = LazyPattern(
    r"\W*(?:(?:un|bet|a|а|и|но|nu|ну|i|and|but|so)\W+)?"
    r"(?:(?:kā|ka|kur|kas|cik|vai|kāpēc|kapec|kurš|kurs|kam|kuram|kādu|kadu|как|где|что|сколько|можно|почему|кто|кому|какой"
    r"|какая|какую|какие|куда|kak|gde|chto|shto|skolko|mozhno|pochemu|kto|komu|kakoj|kuda|how|where|what(?:'?s)?|why|who"
    r"|which)\b|(?:kad|когда|kogda|when)\b(?:\W+\w+){0,5}\W*$"
    r"|(?:can|could|do|does|did|is|are|should|will|must|may) "
    r"(?:i|we|you|it|they|he|she|the|this|that|there|my|our|your|any\w*)\b)"
)
"""How a question opens, also where nobody takes the trouble of a question mark."""


def asks(text: str) -> bool:
    """Whether it has a question mark, or opens as questions do."""
    return "?" in text or QUESTION_WORD.match(text.casefold()) is not None
