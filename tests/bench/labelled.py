"""The shipped knowledge on labelled messages: plain, hard, with noise, taught in one language, and what was copied."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bot.evaluation.baselines import BASELINES
from bot.evaluation.comparison import OUR_NAME, RankerResult, TrainedRanker, baseline, our_matcher
from bot.evaluation.labelled_data import read_labelled_file
from bot.evaluation.limits import find_shortfalls, parse_limits
from bot.evaluation.report import make_report
from bot.evaluation.report_tables import comparison_table, print_report
from kb.evaluation.confusion import expected_calibration_error
from kb.evaluation.evaluation_metrics import LabelledMessage, compute_metrics, cut_questions, restrict_languages
from kb.evaluation.leakage import find_leaks
from kb.loading.loader import load_knowledge_base
from kb.model import LANGUAGES, KnowledgeBase
from tests.shared import DATA

DEV: Final = DATA / "queries-dev.tsv"
HARD: Final = DATA / "queries-hard-dev.tsv"
REAL: Final = DATA / "queries-real-dev.tsv"
SMALL_SIZES: Final[Mapping[int, float]] = {5: 0.60, 10: 0.75, 20: 0.85}
"""Questions an entry and language, and what share of the messages in scope should be answered with them."""
SMALL_MAX_WRONG: Final = 0.02
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


def small(console: Console) -> None:
    """Taught the first few questions of each entry and language, as a new house would begin."""
    table = Table(title="The first questions of each entry alone", title_justify="left", title_style="bold", box=None)
    for heading in ("questions", "messages", "first", "answered", "wrongly", "outside answered", "calibration error"):
        table.add_column(heading, justify="right")
    for size, least in SMALL_SIZES.items():
        trained = our_matcher(cut_questions(_shipped(), size))
        for file in (DEV, HARD, REAL):
            predictions = trained.evaluate(_rows(file)).predictions
            found = compute_metrics(predictions)
            wrong = (found.confident_error_rate or 0) * found.rows / found.in_scope
            figures = (found.top1_accuracy, found.coverage, wrong, found.out_of_scope_answered)
            error = expected_calibration_error(predictions)
            table.add_row(str(size), file.stem, *(f"{one or 0:.3f}" for one in (*figures, error)))
            if file == DEV and ((found.coverage or 0) < least or wrong > SMALL_MAX_WRONG):
                console.print(
                    f"{size}: {found.coverage:.3f} answered, {wrong:.3f} wrongly: {least} and .02 are asked for"
                )
    console.print(table)


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
