"""Sessions and traces of the version before are still read: a database is not emptied by an upgrade."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.model.messages import Option
from handlers.model.reply_model import ReplyCandidate, ReplyKind
from handlers.model.session import Incident, OpenQuestion, QuestionKind, Session, Trace
from kb.model import EntryId, LineId
from kb.understanding.result import Candidate, Explanation, Outcome
from storage.conversations.stored_json import dump_session, dump_trace, parse_session, parse_trace

OLD_SESSION = """{
    "language": "ru", "language_chosen": true,
    "question": {
        "about": "line", "options": [{"id": "line:technical", "title": "Техника 🧰", "quiet": false}],
        "asked_at": "2026-11-23T20:40:00Z"
    },
    "strikes": 2, "entry": "refund", "line": "technical", "stopped": true, "ticket_requests": 3
}"""
OLD_TRACE = """{
    "handler": "topic", "outcome": "clarified", "act": "clarify", "entry": "refund", "line": "technical",
    "score": 0.61,
    "matches": [
        {"entry": "refund", "score": 0.61, "question": "Kā atmaksāt?", "why": ["atmkasa -> atmaksa"]},
        {"entry": "receipt", "score": 0.2, "question": "Kur čeks?", "why": []}
    ],
    "language": "lv", "signals": ["past"],
    "why": {
        "answer_from": 0.7, "clarify_from": 0.3, "concepts": ["refund"], "repairs": ["atmkasa -> atmaksa"],
        "known": true, "decided_by": "scores"
    },
    "masked": ["card"]
}"""
SESSION = Session(
    language="ru",
    language_chosen=True,
    question=OpenQuestion(
        about=QuestionKind.LINE,
        options=(Option(id="line:technical", title="Техника 🧰"),),
        asked_at=datetime(2026, 11, 23, 20, 40, tzinfo=UTC),
    ),
    failed_turns=2,
    entry=EntryId("refund"),
    line=LineId("technical"),
    incident=Incident.STOPPED,
    ticket_requests=3,
)
TRACE = Trace(
    handler="topic",
    outcome=Outcome.CLARIFIED,
    act="clarify",
    entry=EntryId("refund"),
    line=LineId("technical"),
    confidence=0.61,
    candidates=(
        Candidate(
            entry=EntryId("refund"), confidence=0.61, question="Kā atmaksāt?", corrections=("atmkasa -> atmaksa",)
        ),
        Candidate(entry=EntryId("receipt"), confidence=0.2, question="Kur čeks?"),
    ),
    language="lv",
    signals=("past",),
    explanation=Explanation(
        answer_threshold=0.7,
        clarify_threshold=0.3,
        concepts=("refund",),
        corrections=("atmkasa -> atmaksa",),
        exact_match=True,
        decided_by="scores",
    ),
    masked=("card",),
)


def test_a_session_of_the_version_before_keeps_all_that_it_knew() -> None:
    assert parse_session(OLD_SESSION) == SESSION


def test_a_trace_of_the_version_before_keeps_all_that_it_told() -> None:
    assert parse_trace(OLD_TRACE) == TRACE


def test_a_trace_without_reasons_is_read_too() -> None:
    without = {key: value for key, value in json.loads(OLD_TRACE).items() if key not in ("matches", "why")}
    found = parse_trace(json.dumps(without | {"why": None}))
    assert (found.candidates, found.explanation, found.confidence) == ((), None, 0.61)


def test_what_is_written_today_is_read_as_it_was() -> None:
    assert parse_session(dump_session(SESSION)) == SESSION
    assert parse_trace(dump_trace(TRACE)) == TRACE
    weighed = replace(TRACE, replies=(ReplyCandidate(ReplyKind.KEEP, 0.41), ReplyCandidate(ReplyKind.TOPIC, 0.72)))
    assert parse_trace(dump_trace(weighed)) == weighed


def test_in_a_trace_of_the_version_before_no_replies_were_weighed() -> None:
    before = {key: value for key, value in json.loads(dump_trace(TRACE)).items() if key != "replies"}
    assert parse_trace(json.dumps(before)) == TRACE


def test_today_nothing_is_written_under_an_old_key() -> None:
    assert json.loads(dump_session(SESSION)).keys() == {
        "language", "language_chosen", "question", "failed_turns", "entry", "line", "incident", "turns",
        "ticket_requests", "details", "called_in", "messages_by_language", "words", "same_replies", "given_up", "wants_news",
    }  # fmt: skip
    assert not {"score", "matches", "why"} & json.loads(dump_trace(TRACE)).keys()


@pytest.mark.parametrize("stored", ["", "{", "null", "[]", "{}", '{"matches": 1}', '{"why": 1, "matches": [1]}'])
def test_what_is_no_trace_is_refused(stored: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic writes the text
        parse_trace(stored)
