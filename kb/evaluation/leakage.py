"""Which labelled messages stand (nearly) word for word in the content: there, figures show memory alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from kb.evaluation.metrics import Row
from kb.features.featurizer import spelt
from kb.model import KnowledgeBase

NEARLY: Final = 95.0
"""From this rapidfuzz ratio of the skeletons on, two texts are nearly the same."""
DECOY: Final = "decoys"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A labelled message and the text of the content that it is nearly the same as; `place`: an entry, or decoys."""

    row: Row
    place: str
    known: str
    likeness: float


def copies(rows: Iterable[Row], knowledge: KnowledgeBase) -> Iterator[Copy]:
    """The rows that stand in the content: the same words in whichever order, or nearly the same letters."""
    known = [(str(entry.id), text) for entry, _, text in knowledge.questions()]
    known += [(DECOY, text) for texts in knowledge.decoys.values() for text in texts]
    said = [spelt(text) for _, text in known]
    shuffled = {tuple(sorted(words)): number for number, words in enumerate(said) if words}
    letters = [" ".join(words) for words in said]
    for row in rows:
        words = spelt(row.text)
        number, likeness = shuffled.get(tuple(sorted(words))), 100.0
        if number is None and (
            near := process.extractOne(" ".join(words), letters, score_cutoff=NEARLY, scorer=fuzz.ratio)
        ):
            _, likeness, number = near
        if number is not None and words:
            place, text = known[number]
            yield Copy(row=row, place=place, known=text, likeness=likeness)
