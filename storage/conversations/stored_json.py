"""Sessions and traces as the JSON that is stored: writes today's keys, and reads those of the version before too."""

from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter
from pydantic_core import from_json

from handlers.model.session import Incident, Session, Trace

_SESSION_JSON: Final = TypeAdapter(Session)
_TRACE_JSON: Final = TypeAdapter(Trace)

# Rows live as long as their conversation: a key is renamed here when the field is, and never dropped.
_SESSION_KEYS: Final = {"strikes": "failed_turns", "stopped": "incident", "outage_reported": "incident"}
_INCIDENTS: Final = {True: Incident.STOPPED, False: Incident.NONE}
"""What stood there as a truth value before there were incidents."""
_OLD_SESSION_MARKS: Final = (*(f'"{key}"' for key in _SESSION_KEYS), '"incident":true', '"incident":false')
"""What stands in a session of the version before, and by chance in others: those are read as quickly as can be."""
_TRACE_KEYS: Final = {"score": "confidence", "matches": "candidates", "why": "explanation"}
_CANDIDATE_KEYS: Final = {"score": "confidence", "why": "corrections"}
_EXPLANATION_KEYS: Final = {
    "answer_from": "answer_threshold",
    "clarify_from": "clarify_threshold",
    "repairs": "corrections",
    "known": "exact_match",
}


def dump_session(session: Session) -> str:
    """The JSON of a session."""
    return _SESSION_JSON.dump_json(session).decode()


def parse_session(stored: str) -> Session:
    """The session that this version or the one before has stored.

    Raises:
        ValueError: it is not JSON, or not a session.
    """
    if not any(mark in stored for mark in _OLD_SESSION_MARKS):
        return _SESSION_JSON.validate_json(stored)
    found = _renamed(from_json(stored), _SESSION_KEYS)
    if isinstance(found, dict) and isinstance(found.get("incident"), bool):
        found["incident"] = _INCIDENTS[found["incident"]]
    return _SESSION_JSON.validate_python(found)


def dump_trace(trace: Trace) -> str:
    """The JSON of a trace."""
    return _TRACE_JSON.dump_json(trace).decode()


def parse_trace(stored: str) -> Trace:
    """The trace that this version or the one before has stored.

    Raises:
        ValueError: it is not JSON, or not a trace.
    """
    found = _renamed(from_json(stored), _TRACE_KEYS)
    if isinstance(found, dict):
        found["explanation"] = _renamed(found.get("explanation"), _EXPLANATION_KEYS)
        candidates = found.get("candidates", [])
        if isinstance(candidates, list):
            found["candidates"] = [_renamed(each, _CANDIDATE_KEYS) for each in candidates]
    return _TRACE_JSON.validate_python(found)


def _renamed(value: object, names: Mapping[str, str]) -> object:
    """A JSON object with today's keys; any other value as it is, for the validation to refuse."""
    return {names.get(key, key): each for key, each in value.items()} if isinstance(value, dict) else value
