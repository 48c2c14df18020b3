"""Stand-ins for tests: a matcher that understands as told, and a talk that runs decisions one after the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from bot.channels.interface import OutgoingMessage
from bot.delivery.jobs.interface import Workers
from bot.knowledge.phrases import load_phrases
from handlers.model.actions import NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound, MessageKind, Reply
from handlers.model.phrases import Phrases
from handlers.model.reply_model import ReplyKind, ReplyScorer
from handlers.model.session import Decision, Session
from handlers.model.venue import KnownVenue
from handlers.rendering import EmailDraft, RenderContext, render
from handlers.router import decide
from kb.loading.loader import load_knowledge_base
from kb.model import DialogueAct, EntryId, KnowledgeBase, Language
from kb.understanding.result import ActCandidate, Candidate, Evidence, Interpretation, Outcome, Passage
from storage.delivery.outbox import OutgoingReply

CONTENT = Path(__file__).parent / "content"
NOW = datetime(2026, 11, 23, 20, 40, tzinfo=UTC)


@cache
def small_base() -> KnowledgeBase:
    """The made-up company's ten entries."""
    return load_knowledge_base(CONTENT, with_universal=False)


@cache
def small_phrases() -> Phrases:
    """The bot's own phrases as the made-up company words them."""
    return load_phrases(small_base())


ScriptedActs = Mapping[str, DialogueAct | tuple[ActCandidate, ...]]
"""For each text the act that it surely is, or several with their probabilities."""
SURE: Final = 0.9
"""How likely a scripted act or entry is, where nothing else is said."""


def means(
    *entries: str,
    language: Language | None = None,
    also: tuple[str, ...] = (),
    confidence: float = SURE,
    signals: Collection[str] = (),
) -> Interpretation:
    """Surely the one entry; or, with several, one of them; `signals` are the cues heard in it."""
    outcome = Outcome.UNKNOWN if not entries else Outcome.ANSWERED if len(entries) == 1 else Outcome.CLARIFIED
    return Interpretation(
        outcome=outcome,
        candidates=tuple(Candidate(entry=EntryId(entry), confidence=confidence, question="?") for entry in entries),
        secondary=tuple(Candidate(entry=EntryId(entry), confidence=0.8, question="?") for entry in also),
        language=language,
        signals=frozenset(signals),
    )


def vaguely(entry: str, confidence: float, *others: str, language: Language | None = None) -> Interpretation:
    """Not understood, though it may be this entry, and after it one of the others."""
    return replace(means(entry, *others, language=language, confidence=confidence), outcome=Outcome.UNKNOWN)


def acts_as(act: DialogueAct, confidence: float = SURE) -> tuple[ActCandidate, ...]:
    """The one act that a message is with this probability; with the rest of it the message is about a topic."""
    return ActCandidate(act, confidence), ActCandidate(DialogueAct.OTHER, round(1 - confidence, 4))


@dataclass
class ScriptedInterpreter:
    """Understands each text as scripted, and nothing else.

    `acts` are the dialogue acts of texts: one that is sure, or several with their probabilities. A text in `leaning`
    is understood with the help of the turn before, one in `corrections` sets the answer before right. `chosen` tells
    which of the offered entries a text means, `of_other_devices` which texts name a device that the talk is not about;
    `devices` are words for devices, `own_devices` those that an entry is about; `elsewhere` are texts about what no entry answers,
    `passages` the sentences that texts ask for. `leant_on` notes what each message could lean on: entry and terms.
    """

    meanings: Mapping[str, Interpretation] = field(default_factory=dict)
    cues: Mapping[str, str] = field(default_factory=dict)
    acts: ScriptedActs = field(default_factory=dict)
    leaning: Collection[str] = ()
    corrections: Collection[str] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    of_other_devices: Collection[str] = ()
    passages: Mapping[str, str | Passage] = field(default_factory=dict)
    devices: Collection[str] = ()
    own_devices: Mapping[str, Collection[str]] = field(default_factory=dict)
    elsewhere: Collection[str] = ()
    leant_on: list[tuple[EntryId | None, tuple[str, ...]]] = field(default_factory=list)

    def understand(
        self,
        text: str,
        *,
        language: Language | None = None,
        previous_entry: EntryId | None = None,
        previous_terms: Sequence[str] = (),
        previous_tokens: Sequence[str] = (),
    ) -> Interpretation:
        """As scripted, or unknown."""
        self.leant_on.append((previous_entry, tuple(previous_terms)))
        act = self.acts.get(text, ())
        return replace(
            self.meanings.get(text, Interpretation(outcome=Outcome.UNKNOWN)),
            acts=acts_as(act) if isinstance(act, DialogueAct) else act,
            leans=text in self.leaning,
            corrects=text in self.corrections,
        )

    def choose(self, text: str, entries: Sequence[EntryId]) -> EntryId | None:
        """The entry that the text is scripted to choose, or else to mean, if it is one of these."""
        meant = self.understand(text).best
        entry = EntryId(self.chosen[text]) if text in self.chosen else meant.entry if meant is not None else None
        return entry if entry in entries else None

    def out_of_scope(self, text: str) -> float:
        """Surely, where it is scripted so."""
        return SURE if text in self.elsewhere else 0.0

    def devices_in(self, text: str) -> frozenset[str]:
        """The words of the text that are scripted as devices."""
        return frozenset(text.replace(",", " ").split()) & frozenset(self.devices)

    def names_another_device(self, text: str, entry: EntryId) -> bool:
        """As scripted, or by the devices that are, or no."""
        own, named = frozenset(self.own_devices.get(entry, ())), self.devices_in(text)
        return text in self.of_other_devices or (bool(own and named) and own.isdisjoint(named))

    def passage(self, text: str, entry: EntryId, language: Language) -> Passage | None:
        """As scripted, or None; all that is asked stands in it, where nothing else is said."""
        found = self.passages.get(text)
        return Passage(text=found, share=1.0) if isinstance(found, str) else found

    def evidence(self, text: str, entries: Sequence[EntryId]) -> Evidence:
        """The text itself, for every entry."""
        return Evidence(questions=dict.fromkeys(entries, text))

    def match_cue(self, text: str) -> str | None:
        """As scripted, or None."""
        return self.cues.get(text)


@dataclass
class RecordingJobQueue:
    """Notes which talks were told of, and delivers to none."""

    submitted: list[str] = field(default_factory=list)
    sends_in_process: bool = False
    claimed: list[OutgoingReply] = field(default_factory=list)

    def queue(self, connection: Connection, conversation_id: str) -> None:
        """Nothing."""

    def submit(self, conversation_id: str, claimed: OutgoingReply | None = None) -> None:
        """Note it."""
        self.submitted.append(conversation_id)
        if claimed is not None:
            self.claimed.append(claimed)


@dataclass
class RecordingJobRunner(RecordingJobQueue):
    """Says that so many deliver, and what is amiss here."""

    alive: int = 1
    last_heartbeat_seconds: float | None = 2.04
    known_problems: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Nothing."""

    async def stop(self) -> None:
        """Nothing."""

    def problems(self) -> list[str]:
        """As told."""
        return self.known_problems

    def workers(self, connection: Connection) -> Workers:
        """As told."""
        return Workers(alive=self.alive, last_heartbeat_seconds=self.last_heartbeat_seconds)


@dataclass
class NullChannel:
    """A channel that takes everything, and gives receipts."""

    name: str
    sent_count: int = 0

    async def send(self, address: str, message: OutgoingMessage) -> str:
        """Gone."""
        self.sent_count += 1
        return f"receipt {self.sent_count}"


class Dialog:
    """A talk with the bot: say something, look at the reply and the decision. `pause` lies between two messages."""

    pause: timedelta = timedelta(seconds=20)
    venue: KnownVenue | None = None

    def __init__(
        self,
        meanings: Mapping[str, Interpretation] | None = None,
        cues: Mapping[str, str] | None = None,
        session: Session | None = None,
        base: KnowledgeBase | None = None,
        *,
        acts: ScriptedActs | None = None,
        leaning: Collection[str] = (),
        corrections: Collection[str] = (),
        chosen: Mapping[str, str] | None = None,
        replies: ReplyScorer | None = None,
    ) -> None:
        self.interpreter = ScriptedInterpreter(
            meanings or {}, cues or {}, acts or {}, leaning=leaning, corrections=corrections, chosen=chosen or {}
        )
        self.knowledge = KnowledgeBundle(
            base=base or small_base(),
            interpreter=self.interpreter,
            phrases=load_phrases(base) if base else small_phrases(),
            replies=replies,
        )
        self.session = session or Session()
        self.now = NOW
        self.decision: Decision | None = None

    def says(
        self,
        text: str = "",
        *,
        kind: MessageKind = MessageKind.TEXT,
        choice: str | None = None,
        source_turn: str | None = None,
        picture_text: str = "",
    ) -> Reply:
        """What the bot replies."""
        if self.decision is not None:
            self.now += self.pause
        inbound = Inbound(
            channel="test",
            conversation="c",
            sender="s",
            message_id="m",
            sent_at=self.now,
            kind=kind,
            text=text,
            choice=choice,
            source_turn=source_turn,
            picture_text=picture_text,
            venue=self.venue,
        )
        self.decision = decide(inbound, self.session, self.knowledge, self.now)
        self.session = self.decision.session
        voice = RenderContext(
            phrases=self.knowledge.phrases,
            directory=self.knowledge.base.directory,
            language=self.decision.trace.language,
        )
        return render(self.decision.actions, voice, EmailDraft(url="https://here/t/x")) or Reply(text="")

    def taps(self, choice: str, *, source_turn: str | None = None) -> Reply:
        """What the bot replies to a tap."""
        return self.says(kind=MessageKind.TAP, choice=choice, source_turn=source_turn)

    def waits(self, time: timedelta) -> None:
        """Time goes by."""
        self.now += time

    @property
    def decided(self) -> Decision:
        """The last decision."""
        assert self.decision is not None
        return self.decision

    def speaks(self, language: Language) -> "Dialog":
        """The same talk, begun in a language."""
        self.session = replace(self.session, language=language)
        return self


@dataclass
class PreferredReply:
    """Finds one reply right, and no other; notes the features that it was asked about."""

    kind: ReplyKind
    features: Mapping[str, float] = field(default_factory=dict)
    lifts: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def lift(self, topic: EntryId, entry: EntryId) -> float:
        """As scripted, or none."""
        return self.lifts.get((topic, entry), 0.0)

    def probabilities(
        self, replies: Sequence[ReplyKind], features: Mapping[str, float], terms: Collection[bytes]
    ) -> Sequence[float]:
        """1 or 0 each."""
        self.features = features
        return [float(reply is self.kind) for reply in replies]


def notices(talk: Dialog) -> list[NotifyStaff]:
    """Whom the last decision tells of the person."""
    return [action for action in talk.decided.actions if isinstance(action, NotifyStaff)]


def company(**directory: Any) -> KnowledgeBase:
    """The made-up company, its directory changed."""
    base = small_base()
    return replace(base, directory=replace(base.directory, **directory))
