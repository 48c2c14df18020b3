"""What one talk has come to, and what one message was decided to mean: frozen values; nothing here decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from handlers.model.actions import Action
from handlers.model.announcements import OutageReport
from handlers.model.details import NO_DETAILS, PersonDetails
from handlers.model.messages import Option
from handlers.model.reply_model import ReplyCandidate
from kb.model import EntryId, Language, LineId
from kb.understanding.result import ActCandidate, Candidate, Explanation, Outcome

DEFAULT_LANGUAGE: Final[Language] = "lv"
"""Spoken where nothing tells which language the person prefers."""
OPTED_OUT: Final = "opted_out"
"""The handler of STOP. While it decided the newest turn, the person wants no message that they did not cause."""
MAX_TURNS: Final = 4
"""So many turns are remembered."""


class QuestionKind(StrEnum):
    """What an open question was about."""

    TOPIC = "topic"
    LINE = "line"
    LANGUAGE = "language"
    TRADING = "trading"
    TILL = "till"
    MATTERS = "matters"
    """Nothing was asked: the matters of one message, that "the second" may mean."""


class Incident(StrEnum):
    """How it stands with the person's trading, as far as the person has said."""

    NONE = "none"
    STOPPED = "stopped"
    PARTLY = "partly"
    WORKING = "working"


@dataclass(frozen=True, kw_only=True)
class SessionTurn:
    """What one turn was about; it holds no sentence.

    `terms` are the telling tokens of the message, `tokens` those that stand in known questions.
    """

    handler: str
    act: str
    entry: EntryId | None = None
    line: LineId | None = None
    terms: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """Choices that wait for an answer."""

    about: QuestionKind
    options: tuple[Option, ...]
    asked_at: datetime

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the choices."""
        return tuple(option.id for option in self.options)

    @property
    def was_asked(self) -> bool:
        """Whether the person was asked it in so many words."""
        return self.about is not QuestionKind.MATTERS


@dataclass(frozen=True, kw_only=True)
class CalledIn:
    """People of `line` were called in, lastly at `at`; at `asked_at` it was asked which restaurant and which number.

    `till_asked` tells whether it was asked which till it is.
    """

    line: LineId
    at: datetime
    asked_at: datetime | None = None
    till_asked: bool = False


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """People were called in at `at` because these words (a key of them) were not understood."""

    words: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the bot remembers of a talk between two messages."""

    language: Language | None = None
    language_chosen: bool = False
    """True once the person has asked for a language: then a message in another one does not change it."""
    messages_by_language: Mapping[Language, int] = field(default_factory=dict)
    """How many messages told their language."""
    question: OpenQuestion | None = None
    failed_turns: int = 0
    """How many messages in a row were not understood."""
    entry: EntryId | None = None
    """What the talk was last about."""
    line: LineId | None = None
    """The phone line that was last given."""
    incident: Incident = Incident.NONE
    turns: tuple[SessionTurn, ...] = ()
    """The last MAX_TURNS turns, oldest first."""
    ticket_requests: int = 0
    """How often a ticket was asked for in this talk."""
    details: PersonDetails = NO_DETAILS
    """What the person has told of themselves."""
    called_in: CalledIn | None = None
    """Set while people are called in, as far as the talk tells."""
    words: str = ""
    """A key of the words of the last message; it tells them from others, and no more."""
    same_replies: int = 0
    """How many times in a row these words had the same effect."""
    given_up: GivenUp | None = None
    wants_news: bool = False
    """Whether the person has asked to be sent news as soon as there is any."""

    @property
    def spoken_language(self) -> Language | None:
        """The person's language: as chosen, else that of most of their messages."""
        counts = self.messages_by_language
        if self.language_chosen or self.language is None or not counts:
            return self.language
        return max(counts, key=lambda language: (counts[language], language == self.language))

    @property
    def outage_reported(self) -> bool:
        """Whether the person has said that trading has stopped, and not yet that it goes again."""
        return self.incident is Incident.STOPPED


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Why a message was answered as it was, for the log and `paligs ask`.

    Of what a person wrote it holds no more than single words that were read as others.
    """

    handler: str
    outcome: Outcome
    act: str
    """As in kb.model.Act; `clarify` where the bot asked back, `none` where nothing was recognised."""
    entry: EntryId | None = None
    line: LineId | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    language: Language
    signals: tuple[str, ...] = ()
    acts: tuple[ActCandidate, ...] = ()
    """The dialogue acts that the message may be, likeliest first."""
    explanation: Explanation | None = None
    """The matcher's reasons, where it gives them."""
    masked: tuple[str, ...] = ()
    """Kinds of secrets that were masked in the message (card, pin, password)."""
    replies: tuple[ReplyCandidate, ...] = ()
    """The replies that were weighed, each with how likely it is right; none where nothing was."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do about one message; `heard` is its text as it may be stored, with secrets masked."""

    actions: tuple[Action, ...]
    session: Session
    trace: Trace
    stored_text: str = field(repr=False)
    stored_picture_text: str = field(default="", repr=False)
    """The words that were read from a picture, masked as the text is."""
    news: tuple[int, ...] = ()
    """The numbers of the news that the person is shown."""
    outage: OutageReport | None = None
    """The outage that the message is about."""
    cause: EntryId | None = None
    """What is broken, where people are called in and the message names it."""
    still_broken: bool = False
    """Whether the person writes that it still does not work: what was closed lately waits again."""
