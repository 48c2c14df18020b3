"""A lazy pattern does what the compiled one does, and is compiled once."""

import re

from kb.text.lazy_pattern import LazyPattern


def test_it_does_what_a_pattern_does() -> None:
    lazy, pattern = LazyPattern(r"(?P<digit>\d)k", re.IGNORECASE), re.compile(r"(?P<digit>\d)k", re.IGNORECASE)

    assert [found.span() for found in lazy.finditer("1k 2K")] == [found.span() for found in pattern.finditer("1k 2K")]
    assert (lazy.search("x1K"), lazy.fullmatch("1K"), lazy.fullmatch("1K!")) != (None, None, None)
    assert lazy.search("k") is None
    assert lazy.compiled is lazy.compiled == pattern
