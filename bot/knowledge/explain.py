"""Why a message was answered as it was, for people who look after the knowledge; reads a trace, decides nothing."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from handlers.model.session import Trace
from kb.understanding.result import Candidate

LABEL_WIDTH: Final = 12


def explain(trace: Trace) -> dict[str, Any]:
    """The reasons as a JSON-ready object; what the matcher does not tell is null."""
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
    }


def format_explanation(explanation: Mapping[str, Any]) -> Iterator[str]:
    """The same in short lines for people."""
    for label, told in _labelled_lines(explanation):
        if told:
            yield f"{label:<{LABEL_WIDTH}}{told}"


def _labelled_lines(explanation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "matched", _describe_match(explanation["matched"]) + (", known word for word" if explanation["known"] else "")
    yield "runner-up", _describe_match(explanation["runner_up"])
    if explanation["answer_from"] is not None:
        yield (
            "thresholds",
            f"answered from {explanation['answer_from']:.2f}, asked back from {explanation['clarify_from']:.2f}",
        )
    yield "concepts", ", ".join(explanation["concepts"])
    yield "read as", ", ".join(explanation["repairs"])
    yield "signals", ", ".join(explanation["signals"])
    yield "language", explanation["language"]
    yield "decided by", ", ".join(filter(None, (explanation["decided_by"], f"handler {explanation['handler']}")))


def _match_json(match: Candidate | None) -> dict[str, Any] | None:
    if match is None:
        return None
    return {"entry": match.entry, "score": round(match.confidence, 4), "question": match.question}


def _describe_match(match: Mapping[str, Any] | None) -> str:
    return "" if match is None else f"{match['question']!r} of {match['entry']}, score {match['score']:.2f}"
