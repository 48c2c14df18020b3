"""A lazy pattern does what the compiled one does, and is compiled once."""

import re

from kb.text.lazy_pattern import LazyPattern


def test_it_does_what_a_pattern_does() -> None:
    lazy, pattern = LazyPattern(r"(?P<digit>\d)k", re.IGNORECASE), re.compile(r"(?P<digit>\d)k", re.IGNORECASE)

    assert [found.span() for found in lazy.finditer("1k 2K")] == [found.span() for found in pattern.finditer("1k 2K")]
    assert (lazy.search("x1K"), lazy.fullmatch("1K"), lazy.fullmatch("1K!")) != (None, None, None)
    assert (lazy.match("1k"), lazy.match("x1k", 1)) != (None, None)
    assert (lazy.search("k"), lazy.match("x1k")) == (None, None)
    assert (lazy.sub("-", "a1kb"), lazy.sub(lambda found: found["digit"], "a1kb")) == ("a-b", "a1b")
    assert LazyPattern("[,;]").split("a,b;c") == ["a", "b", "c"]
    assert lazy.compiled is lazy.compiled == pattern
