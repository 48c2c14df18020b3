"""Scores labelled conversations turn by turn: an answer is right by its act, and by its entry where one is named; pure.

An expected entry of null fits any entry, and the acts of BY_ACT are right whatever their entry: they say who helps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.evaluation.errors import EvaluationError

BY_ACT: Final = frozenset({"ticket", "critical", "handoff", "problem"})
URGENT: Final = frozenset({"ticket", "critical"})
"""Acts that must not be missed."""
_ACTS: Final = {"clarified": "clarify", "unknown": "none"}


class OfferedEntry(BaseModel):
    """One of the entries that came into question."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    entry: str


class Answer(BaseModel):
    """The answer to one turn."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    outcome: str
    act: str = "none"
    entry: str | None = None
    line: str | None = None
    candidates: tuple[OfferedEntry, ...] = ()
    replies: tuple[str, ...] = ()

    @property
    def act_label(self) -> str:
        """The act as labels name it: a question back is `clarify`, no answer is `none`."""
        return _ACTS.get(self.outcome, self.act)

    @property
    def text(self) -> str:
        """All that the person reads."""
        return "\n".join(self.replies)


class Expected(BaseModel):
    """One right answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    act: str
    entry: str | None = None
    line: str | None = None

    def fits(self, answer: Answer) -> bool:
        """Whether the answer is this one."""
        if answer.act_label != self.act:
            return False
        return self.entry is None or self.act in BY_ACT or answer.entry == self.entry


class Label(Expected):
    """The right answer, and others that are right too."""

    also: tuple[Expected, ...] = ()

    def fits(self, answer: Answer) -> bool:
        """Whether the answer is one of them."""
        return super().fits(answer) or any(other.fits(answer) for other in self.also)


class LabelledTurn(BaseModel):
    """What a person says, and what is right then."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str
    expect: Label


class LabelledDialog(BaseModel):
    """A labelled conversation; `why` tells what it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    lang: str
    turns: tuple[LabelledTurn, ...]
    why: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """What the person says, turn by turn."""
        return tuple(turn.user for turn in self.turns)


@dataclass(frozen=True, kw_only=True)
class DialogScore:
    """Counts of turns; `later` are all but the first, `answered_wrongly` those with a wrong answer."""

    turns: int = 0
    right: int = 0
    later: int = 0
    later_right: int = 0
    urgent: int = 0
    urgent_right: int = 0
    answered_wrongly: int = 0
    faults: tuple[str, ...] = ()
    """A line for each turn that is not right."""


def read_dialogs(file: Path) -> list[LabelledDialog]:
    """The conversations of a file of JSON lines.

    Raises:
        EvaluationError: names the line that cannot be used, and why.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise EvaluationError(f"{file}: {getattr(exc, 'strerror', None) or 'is not UTF-8'}: check the name") from exc
    return [_read_dialog(line, f"{file}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _read_dialog(line: str, place: str) -> LabelledDialog:
    try:
        return LabelledDialog.model_validate_json(line)
    except ValidationError as exc:
        reasons = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'line'}: {one['msg']}" for one in exc.errors())
        raise EvaluationError(f"{place}: {reasons}: write id, lang and turns of user and expect") from exc


def score_dialogs(rows: Sequence[LabelledDialog], answers: Sequence[Answer]) -> DialogScore:
    """How many turns are right; `answers` has one for every turn, in order."""
    judged = list(_judged(rows, answers))
    later = [right for first, _, _, right in judged if not first]
    urgent = [right for _, turn, _, right in judged if turn.expect.act in URGENT]
    return DialogScore(
        turns=len(judged),
        right=sum(right for *_, right in judged),
        later=len(later),
        later_right=sum(later),
        urgent=len(urgent),
        urgent_right=sum(urgent),
        answered_wrongly=sum(_misleads(answer) for _, _, answer, right in judged if not right),
        faults=tuple(_fault(turn, answer) for _, turn, answer, right in judged if not right),
    )


def _judged(
    rows: Sequence[LabelledDialog], answers: Sequence[Answer]
) -> Iterator[tuple[bool, LabelledTurn, Answer, bool]]:
    """For each turn whether it is the first of its conversation, the turn, its answer, and whether that is right."""
    turns = [(place == 0, turn) for dialog in rows for place, turn in enumerate(dialog.turns)]
    for (first, turn), answer in zip(turns, answers, strict=True):
        yield first, turn, answer, turn.expect.fits(answer)


def _misleads(answer: Answer) -> bool:
    """A hand-off that was not asked for costs time; any other answer sends people the wrong way."""
    return answer.outcome == "answered" and answer.act_label != "handoff"


def _fault(turn: LabelledTurn, answer: Answer) -> str:
    wanted = f"{turn.expect.act} {turn.expect.entry}"
    return f"{turn.user!r}: {answer.outcome} {answer.act_label} {answer.entry}, not {wanted}"
