"""Whether a message is a question by its form: by its mark, or by how it opens; pure."""

from typing import Final

from kb.text.lazy_pattern import LazyPattern

QUESTION_WORD: Final = LazyPattern(
    r"\W*(?:(?:un|bet|a|а|и|но|nu|ну|i|and|but|so)\W+)?(?:(?:kā|ka|kur|kas|cik|vai|kāpēc|kapec|kurš|kurs|kam|kuram"
    r"|kādu|kadu|как|где|что|сколько|можно|почему|кто|кому|какой|какая|какую|какие|куда|kak|gde|chto|shto|skolko"
    r"|mozhno|pochemu|kto|komu|kakoj|kuda|how|where|what(?:'?s)?|why|who|which)\b|(?:kad|когда|kogda"
    r"|when)\b(?:\W+\w+){0,5}\W*$|(?:can|could|do|does|did|is|are|should|will|must|may) (?:i|we|you|it|they|he|she"
    r"|the|this|that|there|my|our|your|any\w*)\b)"
)
"""How a question opens, also where nobody takes the trouble of a question mark."""
_QUESTION_WITHIN: Final = LazyPattern(
    r"(?!.*\b(?:не зна\w+|ne zna\w+|nezin\w+|vienalga|люб\w+|не важно|ne vazhno|всё равно|zinu|skaidrs|skaidra"
    r"|saprotu|понял\w*|понятно|ясно|знаю|znaju|ponjal\w*|jasno|неважно)\b)\W*(?:(?:un|bet|a|а|и|но|nu|ну|and|but"
    r"|so)\W+)?(?:(?:\w+\W+){0,4}vai (?:dr[iī]kst|var|vajag|nevar)\b|(?:(?!уже|всё|все|теперь|да|сказали|uzhe|teper"
    r"|skazali)\w+\W+){0,4}(?:можно|mozhno|mojno)(?: ли| li)?\W*$|(?:\w+\W+){1,4}(?:какой|какая|какие|kakoj|kakaja"
    r"|kakie|чей|чья|chej|chja)\W*$|(?:\w+\W+){0,3}(?:ko|что|chto|shto) (?:tagad|t[aā]l[aā]k|dar[iī]t|делать|дальше"
    r"|теперь|дать|сказать|delat|dalshe|teper|dat|skazat)\b|(?:чей|чья|чьё|чьи|chej|chja|whose)\b(?!-))"
)
"""A question whose word stands later: "bet ar karti vai drīkst", "на бумагу можно", "штраф какой"."""


def asks(text: str) -> bool:
    """Whether it has a question mark, or opens as questions do, or has a word within that only asks."""
    said = text.casefold()
    return "?" in text or QUESTION_WORD.match(said) is not None or _QUESTION_WITHIN.match(said) is not None
