"""Decides questions without a database, one after the other, as JSON-ready answers."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from time import perf_counter
from typing import Any, Final, Protocol

from bot.knowledge.explain import explain, with_evidence
from handlers.details.story import tells_of_trouble
from handlers.model.actions import CloseHandoffs, NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound, Reply
from handlers.model.session import Decision, Session
from handlers.rendering import EmailDraft, RenderContext, render
from handlers.router import decide
from kb.model import Language

TURN_INTERVAL: Final = timedelta(minutes=1)
"""Between two turns of a conversation in a file."""
MAX_CONVERSATIONS: Final = 10_000
"""Conversations a batch keeps at once; the least recently active one is evicted for a new one."""


class Row(Protocol):
    """What is asked; rows with the same conversation share a session."""

    @property
    def text(self) -> str:
        """What a person would write."""
        ...

    @property
    def lang(self) -> Language | None:
        """The language to answer in."""
        ...

    @property
    def conversation(self) -> str | int | None:
        """None: a conversation of its own."""
        ...


@dataclass(frozen=True, kw_only=True)
class SingleRow:
    """One question from the command line."""

    text: str
    lang: Language | None = None
    conversation: str | None = None


class BatchAsker:
    """Answers rows in order; rows with the same conversation share a session."""

    def __init__(self, knowledge: KnowledgeBundle) -> None:
        self._knowledge = knowledge
        self._conversations: OrderedDict[str, tuple[Session, tuple[str, ...]]] = OrderedDict()
        self._message_numbers = count(1)

    def ask(self, row: Row, *, why: bool = False, evidence: bool = True) -> dict[str, Any]:
        """The answer to one row as a JSON-ready object (see README, `paligs ask`); `ms` is the time it took.

        With `why` it also holds the explanation, under that key. Without `evidence` the nearest questions are empty.
        """
        key = None if row.conversation is None else str(row.conversation)
        session, user_messages = self._conversations.get(key, (Session(), ())) if key is not None else (Session(), ())
        start = perf_counter()
        decision = self._decide(row, session, key)
        if tells_of_trouble(decision.stored_text, decision.trace.act, decision.trace.handler):
            user_messages = (*user_messages, decision.stored_text)
        reply = self._render_reply(decision, user_messages)
        took = (perf_counter() - start) * 1000
        trace = decision.trace
        if evidence or why:
            trace = with_evidence(trace, row.text, self._knowledge.interpreter)
        if key is not None:
            self._remember(key, _without_forced_language(decision.session, session, row), user_messages)
        return {
            "text": row.text,
            "lang": decision.trace.language,
            "outcome": decision.trace.outcome.value,
            "entry": decision.trace.entry,
            "act": str(decision.trace.act),
            "line": decision.trace.line,
            "score": round(decision.trace.confidence, 4),
            "candidates": [
                {"entry": match.entry, "score": round(match.confidence, 4), "question": match.question}
                for match in trace.candidates
            ],
            "replies": [] if reply is None else [reply.text],
            "options": [] if reply is None else [option.title for option in reply.options if not option.quiet],
            "alarm": next(
                (action.reason.value for action in decision.actions if isinstance(action, NotifyStaff)), None
            ),
            "closes": any(isinstance(action, CloseHandoffs) for action in decision.actions),
            "ms": round(took, 3),
        } | ({"why": explain(trace)} if why else {})

    def _decide(self, row: Row, session: Session, key: str | None) -> Decision:
        if row.lang is not None:
            session = replace(session, language=row.lang, language_chosen=True)
        # Turns of a file follow each other like messages of a person who reads the replies.
        now = datetime.now(UTC) if not session.turns else session.turns[-1].at + TURN_INTERVAL
        inbound = Inbound(
            channel="ask",
            conversation=key or "alone",
            sender=key or "alone",
            message_id=str(next(self._message_numbers)),
            sent_at=now,
            text=row.text,
        )
        return decide(inbound, session, self._knowledge, now)

    def _render_reply(self, decision: Decision, user_messages: tuple[str, ...]) -> Reply | None:
        context = RenderContext(
            phrases=self._knowledge.phrases,
            directory=self._knowledge.base.directory,
            language=decision.trace.language,
        )
        return render(
            decision.actions, context, EmailDraft(last_messages=user_messages, details=decision.session.details)
        )

    def _remember(self, key: str, session: Session, user_messages: tuple[str, ...]) -> None:
        self._conversations[key] = (session, user_messages[-10:])
        self._conversations.move_to_end(key)
        if len(self._conversations) > MAX_CONVERSATIONS:
            self._conversations.popitem(last=False)


def _without_forced_language(after: Session, before: Session, row: Row) -> Session:
    """The session without the language that the row itself forced."""
    return (
        after if row.lang is None else replace(after, language=before.language, language_chosen=before.language_chosen)
    )
