"""A quick look whether a text can match slow patterns at all: it cannot without one of a few stems; pure."""

import re


class StemFilter:
    """Some stems, one of which stands in every text that the patterns behind it match."""

    def __init__(self, *stems: str) -> None:
        """`stems`: in lower case."""
        self._pattern = re.compile("|".join(map(re.escape, stems)))

    def passes(self, text: str) -> bool:
        """Whether one of the stems stands in the text, in capitals or small letters."""
        return self._pattern.search(_fold(text)) is not None


def _fold(text: str) -> str:
    """As `re.IGNORECASE` takes letters for the same: a small i without its dot, and a capital with it, are an i."""
    return text.casefold().replace("ı", "i").replace("\u0307", "")
