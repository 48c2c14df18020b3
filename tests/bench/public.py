"""Public labelled sets: one matcher for any knowledge, beside peers that learn the same rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import mean
from typing import Final

from rich.console import Console
from rich.table import Table

from bot.evaluation.comparison import OUR_NAME, TrainedRanker
from bot.evaluation.labelled_data import Labelled, knowledge_from_rows, read_labelled_file
from kb.loading.loader import load_knowledge_base
from tests.bench.labelled import FAST_BASELINES, all_results
from tests.shared import SHARED

DATA: Final = SHARED / "bench" / "data"
TILDE: Final = ("chatbot", "askubuntu", "webapps")
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    **{f"tilde {lang}": tuple(f"tilde_{name}_{lang}" for name in TILDE) for lang in ("lv", "ru", "en")},
    "CLINC 5-shot": ("clinc150_5shot",),
    "BANKING 5-shot": ("banking77_5shot",),
    "HWU64": ("hwu64",),
    "BANKING77": ("banking77",),
    "CLINC150": ("clinc150",),
}
NOISE: Final[Mapping[str, tuple[str, ...]]] = {
    "lv": ("nodiacritics", "doubled", "typos"),
    "ru": ("latin", "typos"),
}
DRAWS: Final = 5
"""Sets are small: how much typos cost is the mean of so many throws."""
OUTSIDE: Final = ("clinc150", "tilde_auoos_lv", "tilde_auoos_ru", "tilde_auoos_en")
AREA_PEERS: Final = ("bm25", "tfidf-nearest", "tfidf-svc", "tfidf-logistic")


@dataclass(frozen=True, kw_only=True)
class _PublicDataSet:
    baselines: Sequence[TrainedRanker]
    test: Sequence[Labelled]


def public(console: Console) -> None:
    """Right first: the mean of the Tilde sets of a language, and the larger sets, each test set whole."""
    found = {column: _first([(name, None) for name in names]) for column, names in COLUMNS.items()}
    _print(console, "Public sets: right first", found)


def public_noise(console: Console) -> None:
    """The Tilde sets, written worse."""
    found: dict[str, dict[str, float]] = {}
    for lang, kinds in NOISE.items():
        for kind in (None, *kinds):
            draws = range(DRAWS if kind == "typos" else 1)
            found[f"{lang} {kind or 'clean'}"] = _mean_of(
                _first([(f"tilde_{name}_{lang}", kind) for name in TILDE], draw) for draw in draws
            )
    _print(console, "Tilde sets with noise: right first", found)


def public_area(console: Console) -> None:
    """In scope against out of scope by score alone, over whole test sets."""
    found = {}
    for name in OUTSIDE:
        rows = [labelled.to_row() for labelled in _set(name, AREA_PEERS).test]
        areas = {rival.name: rival.evaluate(rows).metrics.auroc for rival in _set(name, AREA_PEERS).baselines}
        found[name.removeprefix("tilde_")] = {rival: area for rival, area in areas.items() if area is not None}
    _print(console, "Public sets: ROC area out of scope", found)


def _mean_of(found: Iterable[Mapping[str, float]]) -> dict[str, float]:
    each = list(found)
    return {name: mean(one[name] for one in each) for name in each[0]}


def _first(sets: Iterable[tuple[str, str | None]], draw: int = 0) -> dict[str, float]:
    """For each contender the mean over these sets, each with its kind of noise."""
    shares: dict[str, list[float]] = {}
    for name, kind in sets:
        known = _set(name, FAST_BASELINES)
        rows = [labelled.to_row(kind, draw) for labelled in known.test if labelled.to_row().accepted]
        for rival in known.baselines:
            shares.setdefault(rival.name, []).append(rival.evaluate(rows).metrics.top1_accuracy or 0)
    return {name: mean(found) for name, found in shares.items()}


@lru_cache(maxsize=3)
def _set(name: str, peers: tuple[str, ...]) -> _PublicDataSet:
    file = DATA / f"{name}.jsonl"
    return _PublicDataSet(
        baselines=all_results(
            knowledge_from_rows(read_labelled_file(file, "train"), load_knowledge_base().concepts), peers
        ),
        test=read_labelled_file(file, "test"),
    )


def _print(console: Console, title: str, found: Mapping[str, Mapping[str, float]]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="", box=None, pad_edge=False)
    for place, heading in enumerate(("", OUR_NAME, "best peer", "", "difference")):
        table.add_column(heading, justify="right" if place in (1, 2, 4) else "left")
    for column, scores in found.items():
        best = max((name for name in scores if name != OUR_NAME), key=lambda name: scores[name])
        mine = scores[OUR_NAME]
        table.add_row(column, f"{mine:.3f}", f"{scores[best]:.3f}", best, f"{mine - scores[best]:+.3f}")
    means = {name: mean(scores[name] for scores in found.values()) for name in next(iter(found.values()))}
    best = max((name for name in means if name != OUR_NAME), key=lambda name: means[name])
    table.add_row("mean", f"{means[OUR_NAME]:.3f}", f"{means[best]:.3f}", best, f"{means[OUR_NAME] - means[best]:+.3f}")
    console.print(table)
    console.print()
