"""Explains why a message was answered as it was, for those who maintain the content; reads a trace, decides nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from handlers.model.session import Trace
from kb.understanding.result import Candidate, Interpretation, Interpreter

LABEL_WIDTH: Final = 12

Explained = TypeVar("Explained", Trace, Interpretation)


def with_evidence(explained: Explained, text: str, interpreter: Interpreter) -> Explained:
    """With the known question of each candidate that is nearest to `text`, and the concepts it shares with the first.

    These are gathered when somebody looks, by today's knowledge; what was stored before that was so stays as it is.
    """
    candidates = explained.candidates
    if all(one.question for one in candidates):
        return explained
    evidence = interpreter.evidence(text, [one.entry for one in candidates])
    shown = tuple(
        one if one.question else replace(one, question=evidence.questions.get(one.entry, "")) for one in candidates
    )
    reasons = explained.explanation and replace(
        explained.explanation, concepts=explained.explanation.concepts or evidence.concepts
    )
    return replace(explained, candidates=shown, explanation=reasons)


def explain(trace: Trace) -> dict[str, Any]:
    """The explanation as a JSON-ready object; what the classifier does not provide is null."""
    decided_match = next((match for match in trace.candidates if match.entry == trace.entry), None)
    decided_match = decided_match or next(iter(trace.candidates), None)
    runner_up = next((match for match in trace.candidates if match is not decided_match), None)
    explanation = trace.explanation
    return {
        "matched": _match_json(decided_match),
        "runner_up": _match_json(runner_up),
        "answer_from": explanation and round(explanation.answer_threshold, 4),
        "clarify_from": explanation and round(explanation.clarify_threshold, 4),
        "known": explanation and explanation.exact_match,
        "concepts": list(explanation.concepts) if explanation else [],
        "repairs": list(
            (explanation and explanation.corrections) or (decided_match.corrections if decided_match else ())
        ),
        "language": trace.language,
        "signals": list(trace.signals),
        "handler": trace.handler,
        "decided_by": (explanation and explanation.decided_by) or None,
        "acts": [{"act": one.act, "score": round(one.confidence, 4)} for one in trace.acts],
        "stages": [
            {"stage": step.stage, "entry": step.entry, "score": step.confidence, "outcome": step.outcome}
            for step in (explanation.steps if explanation else ())
        ],
        "replies": [{"reply": one.reply, "score": round(one.probability, 4)} for one in trace.replies],
    }


def format_explanation(explanation: Mapping[str, Any]) -> Iterator[str]:
    """The same as short labelled lines of text."""
    for label, value in _labelled_lines(explanation):
        if value:
            yield f"{label:<{LABEL_WIDTH}}{value}"


def _labelled_lines(explanation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "matched", _describe_match(explanation["matched"]) + (", exact match" if explanation["known"] else "")
    yield "runner-up", _describe_match(explanation["runner_up"])
    if explanation["answer_from"] is not None:
        yield (
            "thresholds",
            f"answers from {explanation['answer_from']:.2f}, clarifies from {explanation['clarify_from']:.2f}",
        )
    yield "concepts", ", ".join(explanation["concepts"])
    yield "corrected", ", ".join(explanation["repairs"])
    yield "flags", ", ".join(explanation["signals"])
    yield "language", explanation["language"]
    yield "acts", ", ".join(f"{one['act']} {one['score']:.2f}" for one in explanation["acts"])
    yield "stages", " > ".join(_describe_stage(one) for one in explanation["stages"])
    yield "replies", ", ".join(f"{one['reply']} {one['score']:.2f}" for one in explanation["replies"])
    yield "decided by", ", ".join(filter(None, (explanation["decided_by"], f"handler {explanation['handler']}")))


def _match_json(match: Candidate | None) -> dict[str, Any] | None:
    if match is None:
        return None
    return {"entry": match.entry, "score": round(match.confidence, 4), "question": match.question}


def _describe_match(match: Mapping[str, Any] | None) -> str:
    return "" if match is None else f"{match['question']!r} of {match['entry']}, score {match['score']:.2f}"


def _describe_stage(stage: Mapping[str, Any]) -> str:
    return stage["stage"] if stage["entry"] is None else f"{stage['stage']} ({stage['entry']} {stage['score']:.2f})"
