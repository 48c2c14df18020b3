"""The stage that looks a whole message up among the known questions; pure."""

from collections.abc import Sequence
from typing import Final, Protocol

from kb.understanding.reading import ExactMatch, Reading


class FindsExactMatches(Protocol):
    """What the stage needs of the ranker."""

    def exact_match(self, tokens: Sequence[str]) -> ExactMatch | None:
        """The entry whose known question the tokens are."""
        ...


class FindExactMatch:
    """Looks the whole message up among the known questions."""

    name: Final = "exact_match"

    def __init__(self, ranker: FindsExactMatches) -> None:
        self._ranker = ranker

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its exact match, where it has one."""
        found = self._ranker.exact_match(reading.tokens)
        return reading if found is None else reading._replace(exact_match=found)
