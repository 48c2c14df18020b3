"""A regular expression that is compiled when it is first needed: a start that asks one question needs few; pure."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property


class LazyPattern:
    """As `re.compile(source, flags)`, later."""

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source, self._flags = source, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self._source, self._flags)

    def search(self, text: str) -> re.Match[str] | None:
        """As of a pattern."""
        return self.compiled.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As of a pattern."""
        return self.compiled.finditer(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As of a pattern."""
        return self.compiled.fullmatch(text)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """As of a pattern."""
        return self.compiled.match(text, start)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As of a pattern."""
        return self.compiled.sub(replacement, text)

    def split(self, text: str) -> list[str]:
        """As of a pattern without groups."""
        return self.compiled.split(text)
