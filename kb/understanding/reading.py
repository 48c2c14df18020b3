"""What is known of one message while it goes through the stages: a frozen value that each stage may replace; pure."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from kb.model import EntryId, Language
from kb.understanding.result import ActCandidate, Candidate, Outcome

NOTHING_CORRECTED: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ExactMatch:
    """The entry whose known question a message is; `corrections` holds the typo in it, if there is one."""

    entry: EntryId
    corrections: tuple[str, ...] = NOTHING_CORRECTED


class Reading(NamedTuple):
    """One message as far as it is understood.

    `text` is what came; `conversation_language` and `previous_entry` are what the conversation was in and about.
    `normalized`, `surface_tokens` (as they are spelt) and `tokens` (phonetic keys) are the same message, cleaned.
    `candidates` are at most MAX_CANDIDATES entries, best first, and `own` those of the words alone where `candidates`
    lean on the turn before; `secondary` the confident ones of further parts,
    and `matters` the entries of all parts in their order, where there is more than one.
    """

    text: str
    conversation_language: Language | None = None
    previous_entry: EntryId | None = None
    previous_terms: tuple[str, ...] = ()
    previous_tokens: tuple[str, ...] = ()
    normalized: str = ""
    surface_tokens: list[str] = []  # noqa: RUF012 - replaced, never changed
    tokens: list[str] = []  # noqa: RUF012 - replaced, never changed
    language: Language | None = None
    cues: frozenset[str] = frozenset()
    acts: tuple[ActCandidate, ...] = ()
    corrects: bool = False
    leans: bool = False
    own: tuple[Candidate, ...] = ()
    exact_match: ExactMatch | None = None
    candidates: tuple[Candidate, ...] = ()
    secondary: tuple[Candidate, ...] = ()
    matters: tuple[EntryId, ...] = ()
    outcome: Outcome = Outcome.UNKNOWN

    @property
    def in_conversation(self) -> bool:
        """Whether something was talked about before."""
        return self.previous_entry is not None

    @property
    def best(self) -> Candidate | None:
        """The first candidate, if there is one."""
        return self.candidates[0] if self.candidates else None


class Stage(Protocol):
    """One step of understanding; pure. An unchanged reading means: not mine."""

    @property
    def name(self) -> str:
        """How the trace calls it."""
        ...

    def __call__(self, reading: Reading) -> Reading:
        """The reading with what this stage adds; the very same one where it has nothing to add."""
        ...
