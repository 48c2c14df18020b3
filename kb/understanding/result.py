"""What a message was taken to mean: the values that pass from the matcher to the handlers; nothing is computed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from kb.model import DialogueAct, EntryId, Language


class Outcome(StrEnum):
    """How sure the matcher is: sure of one entry, of two or three between them, or of none."""

    ANSWERED = "answered"
    CLARIFIED = "clarified"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One entry that the message may mean.

    `confidence` is a calibrated probability (0 to 1) that the entry is the right one; `question` is the known question
    nearest to the message within that entry, in its own spelling: empty until somebody looks, see `Evidence`;
    `corrections` are what was read in place of unknown words.
    """

    entry: EntryId
    confidence: float
    question: str = ""
    corrections: tuple[str, ...] = ()


class ActCandidate(NamedTuple):
    """A dialogue act that the message may be, with its probability."""

    act: DialogueAct
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What shows a person why entries were meant: it is gathered when somebody looks, and decides nothing.

    `questions` holds the known question of each entry that is nearest to the message, in its own spelling; `concepts`
    are what the message and that question of the first entry share beyond spelling.
    """

    questions: Mapping[EntryId, str] = field(default_factory=dict)
    concepts: tuple[str, ...] = ()


class Step(NamedTuple):
    """What a stage made of the reading: the best entry after it, its confidence, and the outcome."""

    stage: str
    entry: EntryId | None = None
    confidence: float | None = None
    outcome: Outcome = Outcome.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What decided: for a person who asks why, and for the trace; it changes nothing.

    A best confidence of `answer_threshold` is enough to answer, of `clarify_threshold` to ask back; `concepts` are what
    message and entry share beyond spelling (none until somebody looks, see `Evidence`), `corrections` what was read in
    place of unknown words; `exact_match` tells whether the message is a known question; `steps` are the stages that
    changed the reading, and `decided_by` names the last of them that decided.
    """

    answer_threshold: float
    clarify_threshold: float
    concepts: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    exact_match: bool = False
    decided_by: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Interpretation:
    """`matches`, best first, at most five; `others`: confident matches of further parts of a message of several."""

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()
    secondary: tuple[Candidate, ...] = ()
    matters: tuple[EntryId, ...] = ()
    """The entries of all parts in their order, where a message has more than one."""
    language: Language | None = None
    """The language that the message is written in; None where it is too short to tell."""
    signals: frozenset[str] = field(default_factory=frozenset)
    """Ids of the cues found inside the message (past, hypothetical, one_device ...)."""
    leans: bool = False
    """Whether the candidates rest on the turn before as well."""
    own: tuple[Candidate, ...] = ()
    """The candidates of the words alone, where `candidates` rest on the turn before as well."""
    corrects: bool = False
    """Whether the message sets the answer before right ("no, I meant ...")."""
    terms: tuple[str, ...] = ()
    """The telling tokens of the message: what a dependent turn after it may lean on."""
    tokens: tuple[str, ...] = ()
    """The tokens of the message that stand in known questions: what a correction after it is read within."""
    acts: tuple[ActCandidate, ...] = ()
    """The dialogue acts that the message may be, likeliest first; OTHER is one of them."""
    explanation: Explanation | None = None
    """The reasons, where the matcher gives them."""

    @property
    def best(self) -> Candidate | None:
        """The first match, if there is one."""
        return self.candidates[0] if self.candidates else None

    @property
    def by_itself(self) -> tuple[Candidate, ...]:
        """What the words may mean without the turn before."""
        return self.own or self.candidates


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A sentence of an answer, and which share (0 to 1) of what is asked beside the topic's name stands in it."""

    text: str
    share: float


class Interpreter(Protocol):
    """What the handlers need of a matcher."""

    def understand(
        self,
        text: str,
        *,
        language: Language | None = None,
        previous_entry: EntryId | None = None,
        previous_terms: Sequence[str] = (),
        previous_tokens: Sequence[str] = (),
    ) -> Interpretation:
        """What `text` means; `language` is that of the conversation so far.

        `previous_entry` is what it was last about, `previous_terms` are the telling tokens of the turn before
        and `previous_tokens` all its known ones.
        """
        ...

    def choose(self, text: str, entries: Sequence[EntryId]) -> EntryId | None:
        """Which of `entries` the text means, where it clearly means one of them."""
        ...

    def out_of_scope(self, text: str) -> float:
        """How likely (0 to 1) the text is about something that no entry answers: the weather, another firm."""
        ...

    def devices_in(self, text: str) -> frozenset[str]:
        """The devices that the text names: concepts that the directory lists."""
        ...

    def names_another_device(self, text: str, entry: EntryId) -> bool:
        """Whether the text names devices, and the entry is about others."""
        ...

    def passage(self, text: str, entry: EntryId, language: Language) -> Passage | None:
        """The sentence of the entry's answer that the text asks for; None where none shares anything with it."""
        ...

    def match_cue(self, text: str) -> str | None:
        """The id of the cue that the whole message is (yes, no, first, resolved ...), or None."""
        ...

    def evidence(self, text: str, entries: Sequence[EntryId]) -> Evidence:
        """What shows why `text` may mean each of `entries`, the likeliest first."""
        ...
