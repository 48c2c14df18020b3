"""What the outcomes of a message cost, and from which confidence on it pays to answer or to ask back; pure."""

from dataclasses import dataclass
from typing import Final

RECALL_AT_3_PER_CONFIDENCE: Final = 2.0
"""Where confidence is low, the right entry is twice as likely among three choices as in the first place."""


@dataclass(frozen=True, kw_only=True)
class OutcomeCosts:
    """In the eyes of who asked, beside a right answer, which costs nothing: only how they relate counts."""

    wrong: float = 1.94
    """An answer to something else: it is read, thought over and not believed the next time."""
    asked_back: float = 1.0
    """One tap among the choices."""
    not_understood: float = 2.0
    """Say it again in other words, or call; also what follows choices of which none is right."""

    @property
    def answer_threshold(self) -> float:
        """From this confidence on, what an answer may cost is less than being asked back."""
        return 1 - self.asked_back / self.wrong

    @property
    def clarify_threshold(self) -> float:
        """From this confidence on, choices spare more than they cost: the right one stands among them often enough."""
        return min(self.asked_back / self.not_understood / RECALL_AT_3_PER_CONFIDENCE, self.answer_threshold)
