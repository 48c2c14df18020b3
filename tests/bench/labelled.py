"""The shipped knowledge on labelled messages: plain, hard, with noise, taught in one language, and what was copied."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from rich.console import Console

from bot.evaluation.contest import OURS, Contender, Learnt, ours, theirs
from bot.evaluation.limits import limits, shortfalls
from bot.evaluation.peers import PEERS
from bot.evaluation.report import report
from bot.evaluation.rows import read
from bot.evaluation.tables import beside_table, print_report
from kb.evaluate import Row, only_in
from kb.load import load
from kb.model import LANGUAGES, KnowledgeBase
from kb.verbatim import copies
from tests.shared import DATA

DEV: Final = DATA / "queries-dev.tsv"
HARD: Final = DATA / "queries-hard-dev.tsv"
QUICK: Final = ("token_set_ratio", "bm25", "tfidf-nearest", "tfidf-svc", "tfidf-logistic")
"""The peers that are worth their time wherever many sets are judged."""
NOISE: Final = ("typos", "nodiacritics+latin+typo", "doubled+latin")
AIMS: Final[Mapping[str, tuple[str, str]]] = {
    "dev": (
        "first=0.95,among_three=0.98,urgent_recall=0.98,roc_area=0.96",
        "answered_wrongly=0.02,out_of_scope_answered=0.05,urgent_false_alarms=0.01",
    ),
    "hard": ("first=0.65,among_three=0.83", "out_of_scope_answered=0.20"),
    "noise": ("first=0.90", ""),
    "language": ("first=0.80,among_three=0.93", ""),
}
"""For each part what should be reached at least, and at most."""


def dev(console: Console) -> None:
    """Messages as people write them, beside all peers."""
    _whole(console, DEV, "dev")


def hard(console: Console) -> None:
    """Paraphrases, stories, near misses, thumb typing."""
    _whole(console, HARD, "hard")


def noise(console: Console) -> None:
    """The same messages, written worse."""
    rivals = [rival for rival in _all() if rival.name in (OURS, *QUICK)]
    for kind in NOISE:
        rows = _rows(DEV, kind)
        found = [rival.judge(rows) for rival in rivals]
        console.print(beside_table(f"{DEV.name} with {kind}", found))
        told(console, found[0], _shipped(), "noise")


def language(console: Console) -> None:
    """Taught in one language, asked in three."""
    rows = _rows(DEV)
    for kept in LANGUAGES:
        known = only_in(_shipped(), [kept])
        found = [rival.judge(rows) for rival in field(known)]
        console.print(beside_table(f"{DEV.name}, questions in {kept} alone", found))
        told(console, found[0], known, "language")


def verbatim(console: Console) -> None:
    """How many labelled messages stand in the content (nearly) word for word: the fewer, the more figures tell."""
    for file in (DEV, HARD):
        rows = _rows(file)
        found = list(copies(rows, _shipped()))
        console.print(f"{file.name}: {len(found)} of {len(rows)} messages stand in the content", style="bold")
        for one in found:
            console.print(f"  {one.likeness:.0f} % {one.place}: {one.row.text!r}", highlight=False, markup=False)


def field(knowledge: KnowledgeBase, peers: Iterable[str] = QUICK) -> Sequence[Learnt]:
    """Ours first, then the peers, each having learnt."""
    return [ours(knowledge), *(theirs(name, knowledge) for name in peers)]


def told(console: Console, found: Contender, knowledge: KnowledgeBase, part: str) -> None:
    """Whether ours reached its aims."""
    least, most = AIMS[part]
    wanted = (*limits([least], upper=False), *limits([most], upper=True))
    for line in shortfalls(wanted, report(found, knowledge).named()) or ("All aims are reached.",):
        console.print(line, highlight=False)
    console.print()


def _whole(console: Console, file: Path, part: str) -> None:
    rows = _rows(file)
    mine, *others = [rival.judge(rows) for rival in _all()]
    copied = sum(1 for _ in copies(rows, _shipped()))
    print_report(console, f"{file.name}: {len(rows)} messages", report(mine, _shipped(), copied), others)
    told(console, mine, _shipped(), part)


@cache
def _all() -> Sequence[Learnt]:
    return field(_shipped(), PEERS)


@cache
def _shipped() -> KnowledgeBase:
    return load(None)


def _rows(file: Path, kind: str | None = None) -> Sequence[Row]:
    return [labelled.row(kind) for labelled in read(file)]
