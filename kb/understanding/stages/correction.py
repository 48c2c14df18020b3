"""A message that sets right what was understood: the message before is read again with the right words in it; pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kb.model import CueId, DialogueAct
from kb.text.lazy_pattern import LazyPattern
from kb.text.tokenize import phonetic_tokens
from kb.understanding.cues import CueMatcher
from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.result import Candidate
from kb.understanding.stages.contrast import find_contrast
from kb.understanding.stages.dialogue_act import DetectDialogueAct

MAX_WORDS: Final = 9
"""A longer message says by itself what it is about."""
MAX_WORDS_WITH_APOLOGY: Final = 5
"""So few words beside "sorry" or "rather" set right what was said before."""
MAX_REWRITTEN_WORDS: Final = 10
MAX_REPLACED_WORDS: Final = 2
"""So many words of the message before may give way to what is meant, where it is not said which."""
TERM_WEIGHT: Final = 0.7
"""How much a telling token of the turn before counts beside what is meant."""
MIN_ENDING: Final = 2
MIN_STEM: Final = 3
SAME_KIND_BONUS: Final = 0.2
ANOTHER_ACT: Final = 0.5
"""A message that is as surely another act ("no, call me") is no rewriting of the one before."""

_APOLOGY: Final = (
    r"sorry|сорри|сори|извините|извиняюсь|прости(?:те)?|atvainojos|atvainojiet|piedodiet|piedod|izvinite|sorri"
)
_OPENING: Final = LazyPattern(
    rf"^(?:(?:{_APOLOGY}|ой|oj|oi|ai|ups|oops|ак|ak|вернее|точнее|pareizāk|precīzāk|vernee|tochnee|rather|i mean"
    r"|i meant)[\s,.!–—-]+)+(?=\w)"
)
"""Opens with an apology, or with a word of setting right: "ой, закрыть"."""
_ENDING: Final = LazyPattern(
    rf"[\s,.!–—-]+(?:{_APOLOGY}|i mean|i meant|i meant to say|es domāju|es domaju|имею в виду|имел в виду|имела в виду"
    r"|(?:es )?gribēju(?: teikt)?|(?:es )?gribeju(?: teikt)?|(?:я )?хотел[аи]?(?: сказать)?)[.!)]*$"
)
"""Ends with one: "close, i mean"."""
_NOT_THIS_BUT: Final = LazyPattern(
    r"^(?:(?:nē|нет|net|no|ой|oj|oh|не|ne),?\s)?(?:(?:ну|nu|well),?\s)?(?:не|ne|not)\s((?:\S+\s){0,3}?\S+?)\s*[,–—-]\s*"
    r"(?:(?:а|a|bet|but)\s)?(?=\w)"
)
"""Opens with what is not meant: "не возврат, я просто ..."."""
_THIS_NOT: Final = LazyPattern(
    r"^(\S+(?:\s\S+){0,2}?)(?:\s*,\s*|\s+(?=nevis|а не|a ne))(?:nevis|а не|a ne|не|ne|not)\s+(\S+(?:\s\S+)?)[.!]*$"
)
"""Ends with it: "z, ne x"."""
_DENIAL: Final = LazyPattern(r"^(?:\w+\s)?(?:nē|нет|net|no|nope)\s*[,.!–—-]\s*(?=\w)")
_DENIALS: Final = LazyPattern(r"^(?:(?:nē|нет|net|no|не|ne|nope)[\s,.!–—-]+)*(?:(?:а|a|bet|but)\s+(?=\w))?")
_REWRITTEN_ACTS: Final = frozenset(
    {
        DialogueAct.OTHER,
        DialogueAct.DETAIL,
        DialogueAct.DEVICE_ONLY,
        DialogueAct.DEVICE_FAULT,
        DialogueAct.BARE_FAULT,
        DialogueAct.CONFUSION,
        DialogueAct.WRONG_ANSWER,
        DialogueAct.CHOOSE_BOTH,
        DialogueAct.ELABORATE,
    }
)
"""Acts that a correction may seem to be; of the others it is one."""


@dataclass(frozen=True, kw_only=True)
class TurnCorrection:
    """What is meant and what is not, as phonetic keys; the latter is empty where it is not said."""

    meant: tuple[str, ...]
    unmeant: tuple[str, ...] = ()


def find_correction(reading: Reading, cues: CueMatcher) -> TurnCorrection | None:
    """What a message sets right: "no, I meant ...", "not the card, the PIN", "z, not x"; None where it does not."""
    text = reading.normalized
    sides = find_contrast(text)
    if sides is not None and sides.wanted:
        return _correction(sides.wanted, sides.excluded)
    if (this := _THIS_NOT.match(text)) is not None:
        return _correction(this.group(1), this.group(2))
    if (that := _NOT_THIS_BUT.match(text)) is not None:
        return _correction(text[that.end() :], that.group(1))
    few = len(reading.tokens) <= MAX_WORDS_WITH_APOLOGY
    apologizes = few and (_OPENING.match(text) or _ENDING.search(text))
    opens = cues.opens_with(reading.tokens, CueId.CORRECTION)
    if not (apologizes or opens or _DENIAL.match(text) or _ENDING.search(text)):
        return None
    rest = _DENIALS.sub("", _OPENING.sub("", _ENDING.sub("", _DENIAL.sub("", text))))
    meant = cues.strip_opening(phonetic_tokens(rest), CueId.CORRECTION)
    return TurnCorrection(meant=tuple(meant)) if meant else None


def _correction(meant: str, unmeant: str) -> TurnCorrection | None:
    tokens = tuple(phonetic_tokens(_DENIALS.sub("", meant)))
    unwanted = tuple(phonetic_tokens(_DENIALS.sub("", unmeant)))
    return TurnCorrection(meant=tokens, unmeant=unwanted) if tokens else None


def rewritings(said: Sequence[str], correction: TurnCorrection) -> Iterator[list[str]]:
    """The message before with what is meant in place of what is not; of each word or two where that is not said."""
    meant = list(correction.meant)
    unmeant = {_stem(word) for word in correction.unmeant if len(word) >= MIN_STEM}
    places = [place for place, word in enumerate(said) if any(word.startswith(stem) for stem in unmeant)]
    if places:
        kept = [word for place, word in enumerate(said) if place not in places]
        first = sum(place not in places for place in range(places[0]))
        yield [*kept[:first], *meant, *kept[first:]]
        if len(correction.unmeant) > len(places):
            # "Not the bank's card, the waiter's": it is a card still.
            yield [*said[: places[0]], *meant, *said[places[0] :]]
        return
    if unmeant:
        # What is not meant stood in the answer: "the till does not let her in"; "not by PIN, by card".
        yield [*said, *meant]
        return
    for length in range(1, min(MAX_REPLACED_WORDS, len(said) - 1) + 1):
        for start in range(len(said) - length + 1):
            yield [*said[:start], *meant, *said[start + length :]]


def _stem(word: str) -> str:
    return word[: max(MIN_STEM, len(word) - MIN_ENDING)]


_Ranked = tuple[list[str], tuple[Candidate, ...]]


class RewriteCorrection:
    """Ranks the message before as it is set right, without the entry that was given."""

    name: Final = "correction"

    def __init__(self, ranker: EntryRanker, cues: CueMatcher, acts: DetectDialogueAct) -> None:
        self._ranker, self._cues, self._acts = ranker, cues, acts

    def __call__(self, reading: Reading) -> Reading:
        """The reading of the likeliest rewriting; its tokens are those of it."""
        if not (reading.previous_entry or reading.previous_terms) or reading.exact_match is not None:
            return reading
        if len(reading.tokens) > MAX_WORDS or (correction := find_correction(reading, self._cues)) is None:
            return reading
        meant = list(correction.meant)
        kept = {term: TERM_WEIGHT for term in reading.previous_terms if not _is_unmeant(term, correction)}
        excluded = reading.previous_entry if _sets_words_right(reading, correction) else None
        found = [(meant, self._ranker.rank(meant, None, context_terms=kept, excluded=excluded))]
        rewritten = self._rewritten(reading, correction)
        found += [(tokens, self._ranker.rank(tokens, None, excluded=excluded)) for tokens in rewritten]
        tokens, candidates = max(found, key=self._likelihood(reading))
        acts = self._acts.of_tokens(tokens, reading) if rewritten else reading.acts
        return reading._replace(tokens=tokens, candidates=candidates, acts=acts, corrects=True)

    def _likelihood(self, reading: Reading) -> Callable[[_Ranked], float]:
        """Orders by confidence; what was said of a fault is likelier of another fault."""
        fault = reading.previous_entry in self._ranker.faults

        def likelihood(ranked: _Ranked) -> float:
            best = ranked[1][0]
            return best.confidence + SAME_KIND_BONUS * (fault and best.entry in self._ranker.faults)

        return likelihood

    def _rewritten(self, reading: Reading, correction: TurnCorrection) -> list[list[str]]:
        act = reading.acts[0] if reading.acts else None
        another = act is not None and act.act not in _REWRITTEN_ACTS and act.confidence >= ANOTHER_ACT
        if another or not reading.previous_tokens:
            return []
        found = rewritings(reading.previous_tokens, correction)
        return [tokens for tokens in found if len(tokens) <= MAX_REWRITTEN_WORDS]


def _sets_words_right(reading: Reading, correction: TurnCorrection) -> bool:
    """Whether the person's own words are set right, and not those of the answer: then that entry is not meant."""
    said = reading.previous_tokens
    return not (said and correction.unmeant) or any(_is_unmeant(word, correction) for word in said)


def _is_unmeant(term: str, correction: TurnCorrection) -> bool:
    return any(term.startswith(_stem(word)) for word in correction.unmeant if len(word) >= MIN_STEM)
