"""Chooses the language of a page; pure."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from kb.model import LANGUAGES, Language


def negotiate_language(
    *preferred: str | None, accept_language: str | None = None, languages: Sequence[Language] = LANGUAGES
) -> Language:
    """The first supported wish, else the best match of Accept-Language, else the first of `languages`."""
    for wish in (*preferred, *_by_quality(accept_language or "")):
        for language in languages:
            if wish == language:
                return language
    return languages[0]


def _by_quality(accept_language: str) -> Iterator[str]:
    weighed: list[tuple[float, str]] = []
    for part in accept_language[:1000].split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = 1.0
        with suppress(ValueError):
            weight = float(parameter.strip().removeprefix("q=") or 1)
        if weight > 0:
            weighed.append((-weight, tag.split("-")[0].casefold()))
    # sorted() keeps the browser's order among equals.
    yield from (tag for _, tag in sorted(weighed, key=lambda pair: pair[0]))
