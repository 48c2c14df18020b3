"""The clauses of a message, as marks and conjunctions part them; pure."""

from typing import Final

from kb.text.lazy_pattern import LazyPattern

_MARKS: Final = r"\s*[,.;:!()\n]+\s*|\s+[-–—]+\s+"
_CONJUNCTIONS: Final = (
    "but|though|although|while|only|and|bet|toties|taču|kaut|lai gan|un|tikai|но|зато|хотя|а|и|zato|hotja|hotya"
)
_BETWEEN: Final = LazyPattern(rf"{_MARKS}|\s+(?:{_CONJUNCTIONS}|no|a|i)\s+")
_BETWEEN_ENGLISH: Final = LazyPattern(rf"{_MARKS}|\s+(?:{_CONJUNCTIONS})\s+")
"""Without the Russian "no", "a" and "i", which deny, are an article and a person there."""
_ENGLISH: Final = LazyPattern(
    r"\b(?:the|is|are|it|my|we|you|and|can|how|not|does|what|with|have|this|thanks?|please"
    r"|sorry|wait|tills?|works?|nobody|nothing)\b"
)


def clauses_of(text: str) -> list[str]:
    """The clauses of a text in lower case, as marks and conjunctions part them."""
    said = text.casefold()
    between = _BETWEEN_ENGLISH if _ENGLISH.search(said) is not None else _BETWEEN
    return [clause for clause in between.split(said) if clause.strip()]
