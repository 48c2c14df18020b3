"""`--why`: what was matched, by how much, and what decided."""

import json
from dataclasses import replace

from bot.cli.ask_batch import ask_lines
from bot.knowledge.explain import format_explanation, with_evidence
from handlers.model.context import KnowledgeBundle
from handlers.model.reply_model import ReplyKind
from kb.model import EntryId
from kb.understanding.result import Candidate, Explanation, Interpretation, Outcome
from storage.conversations.stored_json import dump_trace, parse_trace
from tests.doubles import Dialog, PreferredReply, ScriptedInterpreter, small_base, small_phrases

CLOSE = Candidate(
    entry=EntryId("close"), confidence=0.91, question="how do i close the shift", corrections=("shft → shift",)
)
HOURS = Candidate(entry=EntryId("hours"), confidence=0.04, question="when are you open")
BARE = Interpretation(
    outcome=Outcome.ANSWERED, candidates=(CLOSE, HOURS), language="en", signals=frozenset({"past", "hypothetical"})
)
FULL = replace(
    BARE,
    explanation=Explanation(
        answer_threshold=0.55,
        clarify_threshold=0.2,
        concepts=("shift", "close"),
        corrections=("shft → shift", "clos → close"),
        exact_match=True,
        decided_by="score",
    ),
)


def asked(text: str = "shft") -> dict[str, object]:
    matcher = ScriptedInterpreter({"shft": FULL, "bare": BARE})
    known = KnowledgeBundle(base=small_base(), interpreter=matcher, phrases=small_phrases())
    (answer,) = ask_lines([json.dumps({"text": text})], known, why=True)
    why: dict[str, object] = answer["why"]
    return why


def test_reasons_hold_all_that_decided() -> None:
    assert asked() == {
        "matched": {"entry": "close", "score": 0.91, "question": "how do i close the shift"},
        "runner_up": {"entry": "hours", "score": 0.04, "question": "when are you open"},
        "answer_from": 0.55,
        "clarify_from": 0.2,
        "known": True,
        "concepts": ["shift", "close"],
        "repairs": ["shft → shift", "clos → close"],
        "language": "en",
        "signals": ["hypothetical", "past"],
        "handler": "topic",
        "decided_by": "score",
        "acts": [],
        "stages": [],
        "replies": [],
    }


def test_replies_that_were_weighed_are_named_with_their_probabilities() -> None:
    matcher = ScriptedInterpreter({"shft": FULL, "bare": BARE})
    known = KnowledgeBundle(
        base=small_base(), interpreter=matcher, phrases=small_phrases(), replies=PreferredReply(ReplyKind.LINE)
    )
    rows = [json.dumps({"text": text, "conversation": "c"}) for text in ("shft", "bare")]
    first, second = (answer["why"] for answer in ask_lines(rows, known, why=True))
    assert first["replies"] == []
    assert second["replies"][:2] == [{"reply": "keep", "score": 0.0}, {"reply": "line", "score": 1.0}]
    assert any(line.startswith("replies     keep 0.00, line 1.00") for line in format_explanation(second))


def test_a_matcher_that_gives_few_reasons_leaves_gaps() -> None:
    why = asked("bare")
    assert (why["answer_from"], why["known"], why["decided_by"]) == (None, None, None)
    assert why["repairs"] == ["shft → shift"]
    nothing = asked("what nobody knows")
    assert (nothing["matched"], nothing["runner_up"], nothing["handler"]) == (None, None, "fallback")


def test_reasons_are_short_lines_for_people() -> None:
    assert list(format_explanation(asked())) == [
        "matched     'how do i close the shift' of close, score 0.91, exact match",
        "runner-up   'when are you open' of hours, score 0.04",
        "thresholds  answers from 0.55, clarifies from 0.20",
        "concepts    shift, close",
        "corrected   shft → shift, clos → close",
        "flags       hypothetical, past",
        "language    en",
        "decided by  score, handler topic",
    ]
    assert list(format_explanation(asked("what nobody knows"))) == ["language    lv", "decided by  handler fallback"]


def test_the_trace_that_is_stored_carries_the_reasons_and_older_ones_are_still_read() -> None:
    talk = Dialog({"shft": FULL})
    talk.says("shft")
    trace = talk.decided.trace
    assert trace.explanation == FULL.explanation
    stored = dump_trace(trace)
    assert parse_trace(stored) == trace
    older = {key: value for key, value in json.loads(stored).items() if key != "explanation"}
    assert parse_trace(json.dumps(older)).explanation is None


def test_known_questions_and_concepts_are_gathered_when_somebody_looks() -> None:
    undecorated = replace(FULL, candidates=(replace(CLOSE, question=""), HOURS), explanation=None)
    shown = with_evidence(undecorated, "shft", ScriptedInterpreter())
    assert [one.question for one in shown.candidates] == ["shft", "when are you open"]
    assert shown.explanation is None


def test_what_was_stored_with_its_reasons_keeps_them() -> None:
    assert with_evidence(FULL, "shft", ScriptedInterpreter()) is FULL
    partly = replace(FULL, candidates=(replace(CLOSE, question=""), HOURS))
    shown = with_evidence(partly, "shft", ScriptedInterpreter())
    assert shown.explanation == FULL.explanation
