"""Random messages in random sessions are decided, and what must never happen does not: `python -m tests.fuzz.decide`.

Messages are made of the words and phrases of the content, of its dialogue acts and of its cues. A talk begins in a made-up
session and goes on in what each decision leaves of it. PALIGS_FUZZ is how many messages are decided (100000 where it is not
set), by as many processes as there are processors.
"""

import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from time import perf_counter
from typing import Final, TypeVar, get_args

from bot.knowledge.factory import load_knowledge
from handlers.incident.recovery import TRADING_GOES_ON, TRADING_STOPPED
from handlers.model.actions import Action, Ask, CloseHandoffs, HandoffReason, NotifyStaff, ShowLine
from handlers.model.context import NONE_OF_THESE, KnowledgeBundle
from handlers.model.messages import Inbound, MessageKind, Option
from handlers.model.session import MAX_TURNS, Decision, Incident, OpenQuestion, QuestionKind, Session, SessionTurn
from handlers.router import HANDLERS, decide
from handlers.statements.still_trades import says_that_it_sells
from kb.model import LANGUAGES, Act, CueId, DialogueAct, EntryId
from tests.doubles import NOW

Thing = TypeVar("Thing")

DEFAULT_MESSAGES: Final = 100_000
MESSAGES_PER_ROUND: Final = 5000
MAX_PARTS: Final = 6
MAX_TALK: Final = 6
"""Messages of a talk, at most."""
MARKS: Final = ("", "", "", "?", "!", "...", " ??", ",")
AGES: Final = (timedelta(minutes=1), timedelta(minutes=29), timedelta(hours=5))
TERMS: Final = ("kase", "printer", "smena", "atlaide")
KINDS: Final = (*[MessageKind.TEXT] * 4, MessageKind.TAP, MessageKind.PHOTO, MessageKind.VOICE)
ACTION_TYPES: Final = get_args(Action)
AFFIRMATIVE: Final = (CueId.YES, CueId.FIRST)


@dataclass(frozen=True, kw_only=True)
class FuzzCase:
    """A message and the session that it comes in."""

    inbound: Inbound
    session: Session


def broken_promises(case: FuzzCase, decision: Decision, knowledge: KnowledgeBundle) -> Sequence[str]:
    """What must never happen and did; empty where all is well."""
    directory = knowledge.base.directory
    found = [f"unknown action {action}" for action in decision.actions if not isinstance(action, ACTION_TYPES)]
    for action in decision.actions:
        if isinstance(action, NotifyStaff | ShowLine) and action.line not in directory.lines:
            found.append(f"{action} is for no line")
        if isinstance(action, NotifyStaff) and action.reason not in set(HandoffReason):
            found.append(f"{action} is for no known reason")
        if isinstance(action, Ask) and not action.options:
            found.append("a question without choices")
    if sum(isinstance(action, NotifyStaff) for action in decision.actions) > 1:
        found.append("staff is told twice of one message")
    if CloseHandoffs() in decision.actions:
        found.extend(_closed_wrongly(case, decision, knowledge))
    return found


def check(case: FuzzCase, knowledge: KnowledgeBundle, now: datetime = NOW) -> Session:
    """Decides the case; the session that is left of it.

    Raises:
        AssertionError: a promise is broken.
    """
    decision = decide(case.inbound, case.session, knowledge, now)
    found = broken_promises(case, decision, knowledge)
    assert not found, f"{'; '.join(found)}: {case.inbound.text!r} {case.inbound.choice} by {decision.trace.handler}"
    return decision.session


class FuzzGenerator:
    """Makes messages of a content, and sessions of conversations about it."""

    def __init__(self, knowledge: KnowledgeBundle) -> None:
        base = self._base = knowledge.base
        questions = [text for _, _, text in base.questions()]
        acts = [text for phrases in base.dialogue.values() for texts in phrases.values() for text in texts]
        cues = [text for cue in base.cues.values() for texts in cue.phrases.values() for text in texts]
        self._phrases = (acts, cues, questions)
        self._words = sorted({word for text in (*questions, *acts) for word in text.split()})
        self._entries, self._lines = sorted(base.entries), sorted(base.directory.lines)
        self._choices = _choices(knowledge)
        self._fixed_questions = {
            about: _fixed_options(about, knowledge)
            for about in (QuestionKind.LINE, QuestionKind.LANGUAGE, QuestionKind.TRADING)
        }

    def message(self, random: Random, now: datetime) -> Inbound:
        """A message: mostly words, at times a tap or a picture."""
        kind = random.choice(KINDS)
        tap = kind is MessageKind.TAP
        return Inbound(
            channel="fuzz",
            conversation="c",
            sender="s",
            message_id="m",
            sent_at=now,
            kind=kind,
            text="" if tap else self._text(random),
            choice=random.choice(self._choices) if tap else None,
        )

    def session(self, random: Random) -> Session:
        """A session as a conversation may have left it."""
        return Session(
            language=random.choice((None, *LANGUAGES)),
            language_chosen=random.random() < 0.5,
            question=self._question(random),
            failed_turns=random.randint(0, 3),
            entry=_or_none(random, self._entries),
            line=_or_none(random, self._lines),
            incident=random.choice(list(Incident)),
            turns=tuple(self._turn(random) for _ in range(random.randint(0, MAX_TURNS))),
            ticket_requests=random.randint(0, 3),
        )

    def _text(self, random: Random) -> str:
        if random.random() < 1 / 3:
            return self._phrase(random) + random.choice(MARKS)
        parts = range(random.randint(1, MAX_PARTS))
        return " ".join(f"{self._part(random)}{random.choice(MARKS)}" for _ in parts)

    def _part(self, random: Random) -> str:
        return self._phrase(random) if random.random() < 1 / 3 else random.choice(self._words)

    def _phrase(self, random: Random) -> str:
        return random.choice(random.choice(self._phrases))

    def _turn(self, random: Random) -> SessionTurn:
        return SessionTurn(
            handler=random.choice(HANDLERS)[0],
            act=random.choice((*map(str, Act), "clarify", "none")),
            entry=_or_none(random, self._entries),
            line=_or_none(random, self._lines),
            terms=tuple(random.sample(TERMS, random.randint(0, 3))),
            at=NOW - random.choice(AGES),
        )

    def _question(self, random: Random) -> OpenQuestion | None:
        asked_at = NOW - random.choice(AGES)
        about = _or_none(random, (QuestionKind.TOPIC, *self._fixed_questions))
        if about is QuestionKind.TOPIC:
            offered = random.sample(self._entries, random.randint(1, 5))
            options = (*map(self._option, offered), Option(id=NONE_OF_THESE, title="?"))
            return OpenQuestion(about=about, options=options, asked_at=asked_at)
        if about is None:
            return None
        return OpenQuestion(about=about, options=self._fixed_questions[about], asked_at=asked_at)

    def _option(self, entry: EntryId) -> Option:
        return Option(id=f"entry:{entry}", title=self._base.entries[entry].title["lv"])


def fuzz(knowledge: KnowledgeBundle, messages: int, *, number: int = 0) -> None:
    """Checks so many messages; round `number` is always the same one, and another number another one.

    Raises:
        AssertionError: a promise is broken.
    """
    random, generator = Random(number), FuzzGenerator(knowledge)  # noqa: S311 - a round can be made again
    session, now, left = Session(), NOW, 0
    for _ in range(messages):
        if not left:
            session, now, left = generator.session(random), NOW, random.randint(1, MAX_TALK)
        case = FuzzCase(inbound=generator.message(random, now), session=session)
        session = check(case, knowledge, now)
        now, left = now + random.choice(AGES), left - 1


def main() -> int:
    """Rounds until enough is decided; the exit status."""
    messages = int(os.environ.get("PALIGS_FUZZ", DEFAULT_MESSAGES))
    rounds = [min(MESSAGES_PER_ROUND, messages - done) for done in range(0, messages, MESSAGES_PER_ROUND)]
    start, told = perf_counter(), 0
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(rounds))) as processes:
        for decided in processes.map(_round, range(1, len(rounds) + 1), rounds):
            told += decided
            sys.stdout.write(f"{told} of {messages} decided in {perf_counter() - start:.0f} s, no promise broken\n")
            sys.stdout.flush()
    return 0


def _round(number: int, messages: int) -> int:
    fuzz(_knowledge(), messages, number=number)
    return messages


@cache
def _knowledge() -> KnowledgeBundle:
    return load_knowledge()


def _or_none(random: Random, things: Sequence[Thing]) -> Thing | None:
    """One of them, or at half of the times none."""
    return random.choice(things) if random.random() < 0.5 else None


def _closed_wrongly(case: FuzzCase, decision: Decision, knowledge: KnowledgeBundle) -> Sequence[str]:
    """Why nobody should have been sent home by this message."""
    if case.inbound.kind is MessageKind.TAP:
        return () if case.inbound.choice == TRADING_GOES_ON else ("handoffs are closed by another tap",)
    if "?" in case.inbound.text:
        return ("handoffs are closed by a question",)
    cue = knowledge.interpreter.match_cue(case.inbound.text)
    question = case.session.question
    asked = question is not None and question.about is QuestionKind.TRADING
    answers = asked and (cue in AFFIRMATIVE or says_that_it_sells(case.inbound.text))
    says_so = any(one.act is DialogueAct.WORKS_AGAIN for one in decision.trace.acts)
    if CueId.PART_OF_TRADING in decision.trace.signals and not answers and cue != CueId.RESOLVED:
        return ("handoffs are closed by good news of a part",) if case.session.outage_reported else ()
    known = answers or says_so or cue == CueId.RESOLVED or _thanks_for_good_news(decision, knowledge)
    return () if known else ("handoffs are closed by other words",)


def _thanks_for_good_news(decision: Decision, knowledge: KnowledgeBundle) -> bool:
    """Words of good news within a message of thanks."""
    best = decision.trace.candidates[:1]
    thanks = any(one.act is DialogueAct.THANKS for one in decision.trace.acts)
    thanks = thanks or any(one.entry == knowledge.base.directory.resolved_entry for one in best)
    return thanks and CueId.RESOLVED in decision.trace.signals


def _fixed_options(about: QuestionKind, knowledge: KnowledgeBundle) -> tuple[Option, ...]:
    choices = {
        QuestionKind.LINE: [f"line:{line}" for line in knowledge.base.directory.lines],
        QuestionKind.LANGUAGE: [f"language:{language}" for language in LANGUAGES],
    }.get(about, [TRADING_GOES_ON, TRADING_STOPPED])
    return tuple(Option(id=choice, title=choice) for choice in choices)


def _choices(knowledge: KnowledgeBundle) -> Sequence[str]:
    entries = [f"entry:{entry}" for entry in knowledge.base.entries]
    rated = [f"{word}:{entry}" for word in ("helped", "nothelped") for entry in (*knowledge.base.entries, "gone")]
    lines = [f"line:{line}" for line in knowledge.base.directory.lines]
    languages = [f"language:{language}" for language in LANGUAGES]
    return [
        *entries,
        *rated,
        *lines,
        *languages,
        TRADING_GOES_ON,
        TRADING_STOPPED,
        NONE_OF_THESE,
        "entry:gone",
        "rubbish",
    ]


if __name__ == "__main__":
    # Stopped in the middle, it takes its processes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
