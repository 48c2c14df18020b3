"""The shipped knowledge on labelled messages: plain, hard, with noise, taught in one language, and what was copied."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from rich.console import Console

from bot.evaluation.baselines import BASELINES
from bot.evaluation.comparison import OUR_NAME, RankerResult, TrainedRanker, baseline, our_matcher
from bot.evaluation.labelled_data import read_labelled_file
from bot.evaluation.limits import find_shortfalls, parse_limits
from bot.evaluation.report import make_report
from bot.evaluation.tables import comparison_table, print_report
from kb.evaluation.leakage import find_leaks
from kb.evaluation.metrics import LabelledMessage, restrict_languages
from kb.loading.loader import load_knowledge_base
from kb.model import LANGUAGES, KnowledgeBase
from tests.shared import DATA

DEV: Final = DATA / "queries-dev.tsv"
HARD: Final = DATA / "queries-hard-dev.tsv"
FAST_BASELINES: Final = ("token_set_ratio", "bm25", "tfidf-nearest", "tfidf-svc", "tfidf-logistic")
"""The peers that are worth their time wherever many sets are judged."""
NOISE: Final = ("typos", "nodiacritics+latin+typo", "doubled+latin")
TARGETS: Final[Mapping[str, tuple[str, str]]] = {
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
    rivals = [rival for rival in _all() if rival.name in (OUR_NAME, *FAST_BASELINES)]
    for kind in NOISE:
        rows = _rows(DEV, kind)
        found = [rival.evaluate(rows) for rival in rivals]
        console.print(comparison_table(f"{DEV.name} with {kind}", found))
        report_targets(console, found[0], _shipped(), "noise")


def language(console: Console) -> None:
    """Taught in one language, asked in three."""
    rows = _rows(DEV)
    for kept in LANGUAGES:
        known = restrict_languages(_shipped(), [kept])
        found = [rival.evaluate(rows) for rival in all_results(known)]
        console.print(comparison_table(f"{DEV.name}, questions in {kept} alone", found))
        report_targets(console, found[0], known, "language")


def verbatim(console: Console) -> None:
    """How many labelled messages stand in the content (nearly) word for word: the fewer, the more figures tell."""
    for file in (DEV, HARD):
        rows = _rows(file)
        found = list(find_leaks(rows, _shipped()))
        console.print(f"{file.name}: {len(found)} of {len(rows)} messages stand in the content", style="bold")
        for one in found:
            console.print(f"  {one.similarity:.0f} % {one.place}: {one.message.text!r}", highlight=False, markup=False)


def all_results(knowledge: KnowledgeBase, peers: Iterable[str] = FAST_BASELINES) -> Sequence[TrainedRanker]:
    """Ours first, then the peers, each having learnt."""
    return [our_matcher(knowledge), *(baseline(name, knowledge) for name in peers)]


def report_targets(console: Console, found: RankerResult, knowledge: KnowledgeBase, part: str) -> None:
    """Whether ours reached its aims."""
    least, most = TARGETS[part]
    wanted = (*parse_limits([least], upper=False), *parse_limits([most], upper=True))
    for line in find_shortfalls(wanted, make_report(found, knowledge).by_name()) or ("All aims are reached.",):
        console.print(line, highlight=False)
    console.print()


def _whole(console: Console, file: Path, part: str) -> None:
    rows = _rows(file)
    mine, *others = [rival.evaluate(rows) for rival in _all()]
    copied = sum(1 for _ in find_leaks(rows, _shipped()))
    print_report(console, f"{file.name}: {len(rows)} messages", make_report(mine, _shipped(), copied), others)
    report_targets(console, mine, _shipped(), part)


@cache
def _all() -> Sequence[TrainedRanker]:
    return all_results(_shipped(), BASELINES)


@cache
def _shipped() -> KnowledgeBase:
    return load_knowledge_base(None)


def _rows(file: Path, kind: str | None = None) -> Sequence[LabelledMessage]:
    return [labelled.to_row(kind) for labelled in read_labelled_file(file)]
