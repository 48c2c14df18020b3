"""All that a handler may look at, and what it answers with: frozen values, and short ways to say things."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from handlers.model.actions import Action, Say, ShowLine
from handlers.model.announcements import OutageReport
from handlers.model.details import NO_DETAILS, PersonDetails
from handlers.model.frozen import replace
from handlers.model.messages import NO_PICTURE_WORDS, Inbound, Option, PictureWords
from handlers.model.past_replies import ASKING_WHICH_FAULT, NOTING
from handlers.model.phrases import Phrases
from handlers.model.reply_model import ReplyScorer
from handlers.model.session import CalledIn, Incident, OpenQuestion, QuestionKind, Session, SessionTurn
from kb.model import Act, DialogueAct, Entry, EntryId, KnowledgeBase, Language, LineId
from kb.understanding.result import Candidate, Interpretation, Interpreter, Outcome

QUESTION_TTL: Final = timedelta(minutes=30)
"""How long an open question waits: later, "the second one" means something else."""

CALLED_IN_TTL: Final = timedelta(hours=12)
"""How long a talk goes on about one call for people."""

NONE_OF_THESE: Final = "none"

_ASKS_FOR_DETAILS: Final = frozenset({Act.PROBLEM, Act.CRITICAL})


@dataclass(frozen=True, kw_only=True, repr=False)
class KnowledgeBundle:
    """What the bot knows and how it speaks."""

    base: KnowledgeBase
    interpreter: Interpreter
    phrases: Phrases
    replies: ReplyScorer | None = None
    """Which reply to a later turn is likeliest right; without it the handlers' own decision stands."""

    @property
    def current(self) -> "KnowledgeBundle":
        """What is known now: itself. Where knowledge changes while it is used, something else says which it is."""
        return self


@dataclass(frozen=True, kw_only=True)
class HandlerContext:
    """One message in its talk. `text` has its secrets masked; `language` is the one to answer in."""

    inbound: Inbound
    session: Session
    knowledge: KnowledgeBundle
    now: datetime
    text: str
    language: Language
    interpretation: Interpretation
    cue: str | None = None
    act: DialogueAct | None = None
    """The dialogue act that the message is; None where it is about a topic."""
    outage: float = 0.0
    """How likely it is (0 to 1) that the message says that trading has stopped now."""
    has_media: bool = False
    """True where something other than words was sent with the message."""
    picture: PictureWords = NO_PICTURE_WORDS
    """The words that were read from the picture; they are not the person's own."""
    said: PersonDetails = NO_DETAILS
    """What this message tells of the person; the session holds it too."""

    def phrase(self, key: str, **values: str) -> str:
        """One of the bot's own sentences in the language of the talk."""
        return self.knowledge.phrases(self.language, key, **values)

    def say(self, key: str, **values: str) -> Say:
        """Say one of the bot's own sentences."""
        return Say(text=self.phrase(key, **values))

    def entry_of(self, candidate: Candidate) -> Entry:
        """The entry that a match names."""
        return self.knowledge.base.entries[candidate.entry]

    def say_entry(self, entry: Entry) -> Say:
        """Say an entry's answer, with its source."""
        return Say(text=entry.body[self.language], source=entry.citation[self.language])

    def say_line(self, key: str, line: LineId) -> Say:
        """Say a sentence that holds a line's number and name."""
        known = self.knowledge.base.directory.lines[line]
        return self.say(key, phone=known.formatted_phone, name=known.name[self.language])

    def thank_for_detail(self, line: LineId, *, again: bool = False) -> Say:
        """Thanks for a detail: noted where somebody was called in who reads it, else to be told by phone."""
        return self.say_line("detail_again" if again else "detail" if self.called_in else "detail_to_tell", line)

    def show_lines(self) -> tuple[Action, ...]:
        """Every phone line, the urgent one first."""
        directory = self.knowledge.base.directory
        return tuple(
            ShowLine(line=line) for line in sorted(directory.lines, key=lambda line: line != directory.urgent_line)
        )

    def line_options(self) -> tuple[Option, ...]:
        """The phone lines as choices."""
        lines = self.knowledge.base.directory.lines
        return tuple(Option(id=f"line:{line.id}", title=line.name[self.language]) for line in lines.values())

    def topic_options(self, entries: tuple[EntryId, ...]) -> tuple[Option, ...]:
        """Entries as choices."""
        known = self.knowledge.base.entries
        return tuple(Option(id=f"entry:{entry}", title=known[entry].title[self.language]) for entry in entries)

    @property
    def resolved_session(self) -> Session:
        """The session once this message is dealt with: no question open, nothing misunderstood in a row."""
        return replace(self.session, question=None, failed_turns=0)

    @property
    def line_of_conversation(self) -> LineId:
        """The line of what is talked about; that of stopped trading where trading has stopped or nothing is."""
        if self.session.outage_reported or self.session.line is None:
            return self.knowledge.base.directory.urgent_line
        return self.session.line

    @property
    def topic_entry(self) -> Entry | None:
        """The entry that the conversation is about."""
        entry = self.session.entry
        return self.knowledge.base.entries.get(entry) if entry is not None else None

    @property
    def answered_entry(self) -> Entry | None:
        """The entry that this message surely means, whatever it does beside."""
        best = self.interpretation.best
        if best is None or self.interpretation.outcome is not Outcome.ANSWERED:
            return None
        return self.entry_of(best)

    @property
    def last_turn(self) -> SessionTurn | None:
        """The turn before, if it is not too long ago."""
        turn = self.session.turns[-1] if self.session.turns else None
        return turn if turn is not None and self.now - turn.at <= QUESTION_TTL else None

    def follows_within(self, time: timedelta, handler: str) -> bool:
        """Whether the turn before was of that handler, and no longer ago than `time`."""
        last = self.last_turn
        return last is not None and last.handler == handler and self.now - last.at <= time

    @property
    def noted_just_now(self) -> bool:
        """Whether the turn before was one in which a detail may have been thanked for."""
        return self.last_turn is not None and self.last_turn.handler in NOTING

    @property
    def has_talked(self) -> bool:
        """Whether anything was talked about: after a greeting, or "???", a message is the first one still."""
        told = any(turn.entry or turn.line or turn.terms for turn in self.session.turns if turn.act != Act.TALK)
        return self.last_turn is not None and told

    @property
    def fault_in_how_to(self) -> bool:
        """Whether what fails, as it is said without more, is what the turn before told how to do."""
        last, topic = self.last_turn, self.topic_entry
        told = last is not None and topic is not None and last.entry == topic.id and topic.act is Act.ANSWER
        return told and self.act is DialogueAct.BARE_FAULT

    @property
    def fault_lately(self) -> bool:
        """Whether a fault was talked about in the last hours, as long as one call for people is talked about."""
        last = self.session.turns[-1] if self.session.turns else None
        return self.talks_of_fault and last is not None and self.now - last.at <= CALLED_IN_TTL

    @property
    def talks_of_fault(self) -> bool:
        """Whether the talk is about a fault, or trading that stopped or goes on only partly, and nothing since."""
        topic = self.topic_entry
        if topic is not None and topic.act in (Act.ANSWER, Act.TICKET):
            return False
        return self.outage_told or (topic is not None and topic.act in _ASKS_FOR_DETAILS)

    @property
    def outage_told(self) -> bool:
        """Whether trading was said to have stopped, or to go on only partly."""
        return self.session.incident in (Incident.STOPPED, Incident.PARTLY)

    @property
    def called_in(self) -> CalledIn | None:
        """The call for people that the talk is still about."""
        call = self.session.called_in
        return call if call is not None and self.now - call.at <= CALLED_IN_TTL else None

    @property
    def asked_who(self) -> bool:
        """Whether the turn before asked which restaurant, and which number to call."""
        call, last = self.called_in, self.last_turn
        return call is not None and last is not None and call.asked_at == last.at

    @property
    def expects_details(self) -> bool:
        """Whether the person was asked for details: after a fault, while trading is stopped, or who they are."""
        last = self.last_turn
        fault = last is not None and (last.act in _ASKS_FOR_DETAILS or last.handler in ASKING_WHICH_FAULT)
        asked = fault or (last is not None and self.session.outage_reported)
        return asked or self.asked_who

    @property
    def act_of_details(self) -> tuple[Act, EntryId | None]:
        """What details are about: the stopped trading that was told of, else some fault."""
        topic = self.topic_entry
        stopped = self.session.outage_reported and topic is not None and topic.act is Act.CRITICAL
        return (Act.CRITICAL, topic.id) if stopped and topic is not None else (Act.PROBLEM, None)

    def act_confidence(self, act: DialogueAct) -> float:
        """How likely (0 to 1) the message is that dialogue act."""
        return next((one.confidence for one in self.interpretation.acts if one.act is act), 0.0)

    def line_of(self, entry: Entry | None) -> LineId | None:
        """The phone line of an entry, where it belongs to one."""
        lines = self.knowledge.base.directory.lines
        return entry.line if entry is not None and entry.line in lines else None

    def result(
        self,
        act: str,
        *actions: Action,
        session: Session | None = None,
        outcome: Outcome = Outcome.ANSWERED,
        entry: EntryId | None = None,
        line: LineId | None = None,
    ) -> "HandlerResult":
        """A result that leaves no question open unless `session` does."""
        return HandlerResult(
            actions=actions,
            session=session if session is not None else self.resolved_session,
            act=act,
            outcome=outcome,
            entry=entry,
            line=line,
        )

    def open_question(self) -> OpenQuestion | None:
        """The question that still waits for an answer."""
        question = self.session.question
        return question if question is not None and self.now - question.asked_at <= QUESTION_TTL else None

    @property
    def is_asked(self) -> bool:
        """Whether a question that was put to the person still waits for an answer."""
        question = self.open_question()
        return question is not None and question.was_asked

    def new_question(self, about: QuestionKind, options: tuple[Option, ...]) -> OpenQuestion:
        """Choices that wait from now on."""
        return OpenQuestion(about=about, options=options, asked_at=self.now)


@dataclass(frozen=True, kw_only=True)
class HandlerResult:
    """What a handler decided: what to do, what to remember, and what it took the message for."""

    actions: tuple[Action, ...]
    session: Session
    act: str
    outcome: Outcome = Outcome.ANSWERED
    entry: EntryId | None = None
    line: LineId | None = None
    news: tuple[int, ...] = ()
    """The numbers of the news that the actions say."""
    outage: OutageReport | None = None
    """The outage that the message is about."""


Handler = Callable[[HandlerContext], HandlerResult | None]
"""Decides, or returns None: not mine."""
