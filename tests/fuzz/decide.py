"""Random messages in random sessions are decided, and what must never happen does not: `python -m tests.fuzz.decide`.

Messages are made of the words and phrases of the content, of its dialogue acts and of its cues. PALIGS_FUZZ is how many
are decided (100000 where it is not set).
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Final, get_args

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bot.knowledge.factory import load_knowledge
from handlers.incident.recovery import TRADING_GOES_ON, TRADING_STOPPED
from handlers.model.actions import Action, Ask, CloseHandoffs, HandoffReason, NotifyStaff, ShowLine
from handlers.model.context import NONE_OF_THESE, KnowledgeBundle
from handlers.model.messages import Inbound, MessageKind, Option
from handlers.model.session import MAX_TURNS, Decision, Incident, OpenQuestion, QuestionKind, Session, SessionTurn
from handlers.router import HANDLERS, decide
from handlers.statements.still_trades import says_that_it_sells
from kb.model import LANGUAGES, Act, CueId, DialogueAct
from tests.doubles import NOW

DEFAULT_EXAMPLES: Final = 100_000
EXAMPLES_PER_ROUND: Final = 5000
"""Each round begins anew, so that what Hypothesis remembers of a round takes no more memory."""
MAX_PARTS: Final = 6
MARKS: Final = ("", "", "", "?", "!", "...", " ??", ",")
ACTION_TYPES: Final = get_args(Action)
AFFIRMATIVE: Final = (CueId.YES, CueId.FIRST)


@dataclass(frozen=True, kw_only=True)
class FuzzCase:
    """A message and the session that it comes in."""

    inbound: Inbound
    session: Session


def fuzz_cases(knowledge: KnowledgeBundle) -> st.SearchStrategy[FuzzCase]:
    """Messages of this content, and sessions of conversations about it."""
    return st.builds(
        lambda inbound, session: FuzzCase(inbound=inbound, session=session), _inbounds(knowledge), _sessions(knowledge)
    )


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


def check(case: FuzzCase, knowledge: KnowledgeBundle) -> None:
    """Decides the case; raises AssertionError where a promise is broken."""
    decision = decide(case.inbound, case.session, knowledge, NOW)
    found = broken_promises(case, decision, knowledge)
    assert not found, f"{'; '.join(found)}: {case.inbound.text!r} {case.inbound.choice} by {decision.trace.handler}"


def fuzz(knowledge: KnowledgeBundle, examples: int, *, number: int | None = None) -> None:
    """Checks so many cases; round `number` is always the same one, and another number another one."""

    def run(case: FuzzCase) -> None:
        check(case, knowledge)

    wanted = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    test: Callable[[], None] = seed(number or 0)(wanted(given(fuzz_cases(knowledge))(run)))
    test()


def main() -> int:
    """Rounds until enough is decided; the exit status."""
    examples = int(os.environ.get("PALIGS_FUZZ", DEFAULT_EXAMPLES))
    knowledge = load_knowledge()
    start = perf_counter()
    for number, done in enumerate(range(0, examples, EXAMPLES_PER_ROUND)):
        fuzz(knowledge, min(EXAMPLES_PER_ROUND, examples - done), number=number + 1)
        told = min(done + EXAMPLES_PER_ROUND, examples)
        sys.stdout.write(f"{told} of {examples} decided in {perf_counter() - start:.0f} s, no promise broken\n")
        sys.stdout.flush()
    return 0


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


def _inbounds(knowledge: KnowledgeBundle) -> st.SearchStrategy[Inbound]:
    def message(text: str, kind: MessageKind, choice: str | None) -> Inbound:
        return Inbound(
            channel="fuzz", conversation="c", sender="s", message_id="m", sent_at=NOW, kind=kind, text=text, choice=choice
        )  # fmt: skip

    taps = st.builds(message, st.just(""), st.just(MessageKind.TAP), st.sampled_from(_choices(knowledge)))
    texts = st.builds(message, _texts(knowledge), st.just(MessageKind.TEXT), st.none())
    media = st.builds(message, _texts(knowledge), st.sampled_from([MessageKind.PHOTO, MessageKind.VOICE]), st.none())
    return st.one_of(texts, texts, texts, texts, taps, media)


def _one_of_many(texts: Sequence[str]) -> st.SearchStrategy[str]:
    """As `sampled_from`, but a failure is told without listing all of them."""
    return st.integers(0, len(texts) - 1).map(lambda place: texts[place])


def _texts(knowledge: KnowledgeBundle) -> st.SearchStrategy[str]:
    base = knowledge.base
    questions = [text for _, _, text in base.questions()]
    acts = [text for phrases in base.dialogue.values() for texts in phrases.values() for text in texts]
    cues = [text for cue in base.cues.values() for texts in cue.phrases.values() for text in texts]
    words = sorted({word for text in (*questions, *acts) for word in text.split()})
    phrases = st.one_of(_one_of_many(acts), _one_of_many(cues), _one_of_many(questions))
    parts = st.one_of(_one_of_many(words), _one_of_many(words), phrases)
    joined = st.builds(
        lambda said, marks: " ".join(f"{part}{mark}" for part, mark in zip(said, marks, strict=False)),
        st.lists(parts, min_size=1, max_size=MAX_PARTS),
        st.lists(st.sampled_from(MARKS), min_size=MAX_PARTS, max_size=MAX_PARTS),
    )
    return st.one_of(joined, joined, st.builds(str.__add__, phrases, st.sampled_from(MARKS)))


def _sessions(knowledge: KnowledgeBundle) -> st.SearchStrategy[Session]:
    directory = knowledge.base.directory
    entries, lines = st.sampled_from(sorted(knowledge.base.entries)), st.sampled_from(sorted(directory.lines))
    ages = st.sampled_from([timedelta(minutes=1), timedelta(minutes=29), timedelta(hours=5)])
    turns = st.builds(
        lambda handler, act, entry, line, terms, age: SessionTurn(
            handler=handler, act=act, entry=entry, line=line, terms=tuple(terms), at=NOW - age
        ),
        st.sampled_from([name for name, _ in HANDLERS]),
        st.sampled_from([*map(str, Act), "clarify", "none"]),
        st.none() | entries,
        st.none() | lines,
        st.lists(st.sampled_from(["kase", "printer", "smena", "atlaide"]), max_size=3, unique=True),
        ages,
    )
    questions = st.builds(
        lambda about, options, age: OpenQuestion(about=about, options=options, asked_at=NOW - age),
        st.just(QuestionKind.TOPIC),
        st.lists(entries, min_size=1, max_size=5, unique=True).map(
            lambda chosen: (
                *(Option(id=f"entry:{entry}", title=knowledge.base.entries[entry].title["lv"]) for entry in chosen),
                Option(id=NONE_OF_THESE, title="?"),
            )
        ),
        ages,
    )
    fixed = st.builds(
        lambda about, age: OpenQuestion(about=about, options=_fixed_options(about, knowledge), asked_at=NOW - age),
        st.sampled_from([QuestionKind.LINE, QuestionKind.LANGUAGE, QuestionKind.TRADING]),
        ages,
    )
    return st.builds(
        Session,
        language=st.sampled_from([None, *LANGUAGES]),
        language_chosen=st.booleans(),
        question=st.one_of(st.none(), questions, fixed),
        failed_turns=st.integers(0, 3),
        entry=st.none() | entries,
        line=st.none() | lines,
        incident=st.sampled_from(list(Incident)),
        turns=st.lists(turns, max_size=MAX_TURNS).map(tuple),
        ticket_requests=st.integers(0, 3),
    )


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
    sys.exit(main())
