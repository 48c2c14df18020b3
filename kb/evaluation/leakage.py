"""Which labelled messages stand (nearly) word for word in the content: there, figures show memory alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from kb.evaluation.evaluation_metrics import LabelledMessage
from kb.model import KnowledgeBase
from kb.text.tokenize import phonetic_tokens

MIN_SIMILARITY: Final = 95.0
"""From this rapidfuzz ratio of the skeletons on, two texts are nearly the same."""
OUT_OF_SCOPE: Final = "decoys"
DIALOGUE: Final = "dialogue:"
"""Stands before the name of a dialogue act."""


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A labelled message and the text that it is nearly the same as; `place`: an entry, decoys, or an act."""

    message: LabelledMessage
    place: str
    known_text: str
    similarity: float


def find_leaks(rows: Iterable[LabelledMessage], knowledge: KnowledgeBase) -> Iterator[Leak]:
    """The rows that stand in the content: the same words in whichever order, or nearly the same letters."""
    known = [(str(entry.id), text) for entry, _, text in knowledge.questions()]
    known += [(OUT_OF_SCOPE, text) for texts in knowledge.out_of_scope.values() for text in texts]
    for act, by_language in knowledge.dialogue.items():
        known += [(f"{DIALOGUE}{act}", text) for texts in by_language.values() for text in texts]
    tokens = [phonetic_tokens(text) for _, text in known]
    shuffled = {tuple(sorted(words)): number for number, words in enumerate(tokens) if words}
    letters = [" ".join(words) for words in tokens]
    for row in rows:
        words = phonetic_tokens(row.text)
        number, likeness = shuffled.get(tuple(sorted(words))), 100.0
        if number is None and (
            near := process.extractOne(" ".join(words), letters, score_cutoff=MIN_SIMILARITY, scorer=fuzz.ratio)
        ):
            _, likeness, number = near
        if number is not None and words:
            place, text = known[number]
            yield Leak(message=row, place=place, known_text=text, similarity=likeness)
