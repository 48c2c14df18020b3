"""Further matters in the sentences of one message, and small talk put after them; pure."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from kb.model import EntryId
from kb.text.lazy_pattern import LazyPattern
from kb.text.tokenize import split_sentences
from kb.understanding.ranker import MAX_CANDIDATES, EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.result import Candidate
from kb.understanding.stages.contrast import without_exclusions

MIN_WORDS_OF_HALF: Final = 3
MAX_SPLITS: Final = 3
"""More places where a message might be split are not tried."""
_CONJUNCTION: Final = LazyPattern(
    r"(?:\s|,\s)(?:un|и|i|and|kā arī|а также|also|plus|turklāt)\s"
    r"|,\s(?=(?:kā|ka|kur|kam|kas|cik|kad|vai|как|где|кому|сколько|когда|kak|gde|how|where|who|what|when)\s)"
)
"""Where a message may go over to another matter."""
_LEAD_IN: Final = LazyPattern(
    r"^(?:(?:un|и|and|a|а|i)\s)?(?:vēl|ещ[её]|esche|also|another|one more|another one|cits|otrs)?\s?"
    r"(?:viens |один |odin )?"
    r"(?:jautājums|jautājumiņš|gribēju (?:pa)?jautāt|pajautāšu|вопрос|вопросик|хотел[аи]? спросить|вопрос такой"
    r"|vopros|question|thing)"
    r"\s?[:,–—-]?\s"
)
"""How another matter is announced, which says nothing of it."""
_LIST: Final = LazyPattern(r",\s(?:(?:un|и|i|and)\s)?|\s(?:un|и|i|and)\s")
"""Parts what is listed: "how to split a bill, move a table and add 10% off"."""
MIN_LISTED: Final = 3
MIN_WORDS_LISTED: Final = 2
MIN_WORDS_TO_SPLIT: Final = 4
"""A message of fewer words is one thing said."""


class SplitIntents:
    """Finds the confident entries of single sentences, beside that of the whole message."""

    name: Final = "several_intents"

    def __init__(self, ranker: EntryRanker) -> None:
        self._ranker = ranker

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its secondary entries."""
        if len(reading.tokens) < MIN_WORDS_TO_SPLIT:
            return reading
        found = self._matters(reading.normalized)
        if len(found) > 1 and not self._ranker.is_answered(reading.candidates):
            # Two matters hide each other in the whole: each is understood by itself.
            first, *_ = found.values()
            rest = (one for one in reading.candidates if one.entry != first.entry)
            reading = reading._replace(candidates=(first, *rest)[:MAX_CANDIDATES])
        secondary = tuple(one for one in found.values() if one.entry != reading.candidates[0].entry)
        matters = tuple(found) if len(found) > 1 else ()
        return reading._replace(secondary=secondary, matters=matters) if secondary else reading

    def _matters(self, normalized: str) -> dict[EntryId, Candidate]:
        """The confident entries of the sentences, of what is listed, or of the halves that tell the most of them."""
        sentences = split_sentences(normalized)
        if len(sentences) > 1:
            return self._confident((*sentences[:2], *sentences[2:][-2:]))
        listed = _LIST.split(normalized)
        if len(listed) >= MIN_LISTED and all(len(part.split()) >= MIN_WORDS_LISTED for part in listed):
            found = self._confident(listed)
            if len(found) == len(listed):
                return found
        splits = (self._confident(halves) for halves in islice(_halves(normalized), MAX_SPLITS))
        return max(splits, key=len, default={})

    def _confident(self, parts: Iterable[str]) -> dict[EntryId, Candidate]:
        found: dict[EntryId, Candidate] = {}
        for part in parts:
            tokens = without_exclusions(_LEAD_IN.sub("", part))
            if len(tokens) > 1:
                (best,) = self._ranker.rank_segment(tokens, limit=1)
                if best.entry not in self._ranker.small_talk and self._ranker.is_answered((best,)):
                    found.setdefault(best.entry, best)
        return found


def _halves(normalized: str) -> Iterator[tuple[str, str]]:
    """The two sides of each "and" where both are long enough to be a matter."""
    for found in _CONJUNCTION.finditer(normalized):
        halves = normalized[: found.start()], normalized[found.end() :]
        if all(len(half.split()) >= MIN_WORDS_OF_HALF for half in halves):
            yield halves


class SmallTalkLast:
    """A greeting or thanks is never what a message of several parts is about."""

    name: Final = "small_talk_last"

    def __init__(self, ranker: EntryRanker) -> None:
        self._ranker = ranker

    def __call__(self, reading: Reading) -> Reading:
        """The reading with the first secondary entry before the small talk."""
        if not reading.secondary or reading.candidates[0].entry not in self._ranker.small_talk:
            return reading
        first, *rest = reading.secondary
        return reading._replace(candidates=(first, *reading.candidates)[:MAX_CANDIDATES], secondary=tuple(rest))
