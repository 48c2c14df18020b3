"""Why a message was answered as it was, for people who look after the knowledge; reads a trace, decides nothing."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from handlers.model.session import Trace
from kb.understanding.result import Candidate

WIDTH: Final = 12


def reasons(trace: Trace) -> dict[str, Any]:
    """The reasons as a JSON-ready object; what the matcher does not tell is null."""
    matched = next((match for match in trace.candidates if match.entry == trace.entry), None)
    matched = matched or next(iter(trace.candidates), None)
    runner_up = next((match for match in trace.candidates if match is not matched), None)
    why = trace.explanation
    return {
        "matched": _match(matched),
        "runner_up": _match(runner_up),
        "answer_from": why and round(why.answer_threshold, 4),
        "clarify_from": why and round(why.clarify_threshold, 4),
        "known": why and why.exact_match,
        "concepts": list(why.concepts) if why else [],
        "repairs": list((why and why.corrections) or (matched.corrections if matched else ())),
        "language": trace.language,
        "signals": list(trace.signals),
        "handler": trace.handler,
        "decided_by": (why and why.decided_by) or None,
    }


def lines(why: Mapping[str, Any]) -> Iterator[str]:
    """The same in short lines for people."""
    for label, told in _told(why):
        if told:
            yield f"{label:<{WIDTH}}{told}"


def _told(why: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "matched", _named(why["matched"]) + (", known word for word" if why["known"] else "")
    yield "runner-up", _named(why["runner_up"])
    if why["answer_from"] is not None:
        yield "thresholds", f"answered from {why['answer_from']:.2f}, asked back from {why['clarify_from']:.2f}"
    yield "concepts", ", ".join(why["concepts"])
    yield "read as", ", ".join(why["repairs"])
    yield "signals", ", ".join(why["signals"])
    yield "language", why["language"]
    yield "decided by", ", ".join(filter(None, (why["decided_by"], f"handler {why['handler']}")))


def _match(match: Candidate | None) -> dict[str, Any] | None:
    if match is None:
        return None
    return {"entry": match.entry, "score": round(match.confidence, 4), "question": match.question}


def _named(match: Mapping[str, Any] | None) -> str:
    return "" if match is None else f"{match['question']!r} of {match['entry']}, score {match['score']:.2f}"
