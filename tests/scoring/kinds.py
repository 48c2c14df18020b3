"""Judges the last turn of short talks, each of one kind of fault, by what its answer must have and must not have."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.evaluation.dialogs import Answer
from tests.shared import DATA

LINES: Final[Mapping[str, str]] = {"helpdesk": "505", "technical": "525", "administration": "545"}
"""The last digits of each line's number."""
FIRST_TOPICS: Final = frozenset((DATA / "first-topics.txt").read_text("utf-8").split())
_WITHOUT_ENTRY: Final = frozenset({"clarify", "none"})
"""Acts that name neither entry nor line: there the act alone is judged."""
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


class Both(BaseModel):
    """Two matters that must both be named: in words, or as candidates of a question back (`a|c`: either)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entries: tuple[str, ...]
    text: tuple[str, ...]

    def named(self, answer: Answer) -> bool:
        """Whether both are."""
        if all(_finds(pattern, answer.text) for pattern in self.text):
            return True
        shown = {candidate.entry for candidate in answer.candidates[:3]}
        return answer.act_label == "clarify" and all(shown & set(entry.split("|")) for entry in self.entries)


class Want(BaseModel):
    """What an answer must have; what is left out does not matter.

    `entry`: null is an answer without an entry, `*new` an entry that is none of the first topics.
    `line`: its number is said, or the answer belongs to it; `only_line`: and no other number is said.
    `phone`: some line's number is said, or none is. `email`: an address is said.
    `other_than`: a line that was tried in vain, or `any`: another way is said, which is an address or another number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    act: tuple[str, ...] = ()
    entry: tuple[str | None, ...] = ()
    line: str | None = None
    only_line: bool = False
    phone: bool | None = None
    email: bool = False
    other_than: str | None = None
    both: Both | None = None
    not_act: tuple[str, ...] = ()
    not_entry: tuple[str, ...] = ()
    not_text: tuple[str, ...] = ()

    def faults(self, answer: Answer) -> Iterator[str]:
        """Why the answer is not what is wanted."""
        for fault, found in _FAULTS.items():
            if found(self, answer):
                yield fault


class Case(BaseModel):
    """A short talk; its last turn is judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: str
    lang: str
    turns: tuple[str, ...]
    want: Want
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class KindScore:
    """How many cases are right, of how many: all, and by kind."""

    right: int
    cases: int
    kinds: Mapping[str, tuple[int, int]]
    faults: tuple[str, ...] = ()
    """A line for each case that is not right."""


def read_cases(file: Path) -> Sequence[Case]:
    """The cases of a file of JSON lines."""
    return [Case.model_validate_json(line) for line in file.read_text("utf-8").splitlines()]


def score_kinds(cases: Sequence[Case], answers: Sequence[Answer]) -> KindScore:
    """How many cases are right; `answers` has one for every turn, in order."""
    turns = [(case, place == len(case.turns) - 1) for case in cases for place in range(len(case.turns))]
    judged = [
        (case, answer, list(case.want.faults(answer)))
        for (case, last), answer in zip(turns, answers, strict=True)
        if last
    ]
    found: dict[str, list[bool]] = {}
    for case, _, faults in judged:
        found.setdefault(case.kind, []).append(not faults)
    return KindScore(
        right=sum(not faults for *_, faults in judged),
        cases=len(judged),
        kinds={kind: (sum(right), len(right)) for kind, right in found.items()},
        faults=tuple(_told(case, answer, faults) for case, answer, faults in judged if faults),
    )


def _told(case: Case, answer: Answer, faults: Sequence[str]) -> str:
    got = f"{answer.act_label} {answer.entry} {answer.line}"
    return f"{case.id} {case.kind}: {case.turns[-1]!r}: {got}: {', '.join(faults)}"


def _act(answer: Answer) -> str:
    """The act; unlike elsewhere a hand-off stays one when it asks back, namely for which line."""
    return "handoff" if answer.act == "handoff" else answer.act_label


def _asks(answer: Answer) -> bool:
    return _act(answer) in _WITHOUT_ENTRY


def _lines(answer: Answer) -> set[str]:
    """The lines whose numbers are said."""
    gap = r"[\s\-\u00a0]?"
    return {line for line, end in LINES.items() if re.search(f"20{gap}110{gap}{end}", answer.text)}


def _finds(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


def _has_address(answer: Answer) -> bool:
    return _ADDRESS.search(answer.text) is not None


def _wrong_entry(want: Want, answer: Answer) -> bool:
    new = "*new" in want.entry and answer.entry is not None and answer.entry not in FIRST_TOPICS
    return bool(want.entry) and not _asks(answer) and not new and answer.entry not in want.entry


def _line_missing(want: Want, answer: Answer) -> bool:
    return want.line is not None and not _asks(answer) and want.line not in {answer.line, *_lines(answer)}


def _other_lines(want: Want, answer: Answer) -> bool:
    return want.only_line and not _asks(answer) and answer.line != want.line and not _lines(answer) <= {str(want.line)}


def _no_other_way(want: Want, answer: Answer) -> bool:
    if want.other_than is None or _has_address(answer):
        return False
    said = _lines(answer)
    return len(said) < 2 if want.other_than == "any" else not said - {want.other_than}


_FAULTS: Final[Mapping[str, Callable[[Want, Answer], bool]]] = {
    "another act": lambda want, answer: bool(want.act) and _act(answer) not in want.act,
    "an act that must not be": lambda want, answer: _act(answer) in want.not_act,
    "another entry": _wrong_entry,
    "an entry that must not be": lambda want, answer: answer.entry in want.not_entry,
    "the line is missing": _line_missing,
    "other lines beside it": _other_lines,
    "no number": lambda want, answer: want.phone is True and not _lines(answer),
    "a number": lambda want, answer: want.phone is False and bool(_lines(answer)),
    "no address": lambda want, answer: want.email and not _has_address(answer),
    "no other way": _no_other_way,
    "not both matters": lambda want, answer: want.both is not None and not want.both.named(answer),
    "words that must not be": lambda want, answer: any(_finds(each, answer.text) for each in want.not_text),
}
"""Every fault with what finds it."""
