"""Whether a message is a question by its form: by its mark, or by how it opens; pure."""

from typing import Final

from kb.text.lazy_pattern import LazyPattern

QUESTION_WORD: Final = LazyPattern(
    r"\W*(?:(?:un|bet|a|а|и|но|nu|ну|i|and|but|so)\W+)?"
    r"(?:(?:kā|ka|kur|kas|cik|vai|kāpēc|kapec|kurš|kurs|kam|kuram|kādu|kadu|как|где|что|сколько|можно|почему|кто|кому"
    r"|какой"
    r"|какая|какую|какие|куда|kak|gde|chto|shto|skolko|mozhno|pochemu|kto|komu|kakoj|kuda|how|where|what(?:'?s)?|why"
    r"|who"
    r"|which)\b|(?:kad|когда|kogda|when)\b(?:\W+\w+){0,5}\W*$"
    r"|(?:can|could|do|does|did|is|are|should|will|must|may) "
    r"(?:i|we|you|it|they|he|she|the|this|that|there|my|our|your|any\w*)\b)"
)
"""How a question opens, also where nobody takes the trouble of a question mark."""
_QUESTION_WITHIN: Final = LazyPattern(
    r"\W*(?:(?:un|bet|a|а|и|но|nu|ну|and|but|so)\W+)?(?:\w+\W+){0,4}"
    r"(?:(?:vai (?:dr[iī]kst|var|vajag|nevar)|dr[iī]kst\w*|можно ли|(?:mozhno|mojno) li)\b"
    r"|(?:можно|mozhno|mojno|нельзя|nelzja|нужно ли|nuzhno li|какой|какая|какие|kakoj|kakaja|kakie|чей|чья|чьё|chej"
    r"|chja)\W*$"
    r"|(?:ко|ko|что|чо|chto|shto) (?:tagad|tālāk|talak|dar[iī]t|делать|дальше|теперь|дать|сказать|delat|dalshe|teper"
    r"|dat|skazat)\b)"
    r"|\W*(?:чей|чья|чьё|чьи|chej|chja|kura|kuri|kuras|whose|whos)\b|\W*(?:un|и|i) (?:ko|что|chto|shto)\b"
)
"""A question whose word stands later: "bet ar karti vai drīkst", "на бумагу можно", "штраф какой"."""


def asks(text: str) -> bool:
    """Whether it has a question mark, or opens as questions do, or has a word within that only asks."""
    said = text.casefold()
    return "?" in text or QUESTION_WORD.match(said) is not None or _QUESTION_WITHIN.match(said) is not None
