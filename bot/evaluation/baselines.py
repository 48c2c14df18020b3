"""Baselines: other rankers over the same questions; each is trained when it is made."""

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from rapidfuzz import fuzz, process, utils

from bot.evaluation.errors import EvaluationError
from kb.evaluation.evaluation_metrics import RECALL_RANK, Ranker
from kb.model import EntryId, KnowledgeBase

CANDIDATE_QUESTIONS: Final = 50
"""How many of the nearest questions are read, to rank several entries."""
CHAR_NGRAM_RANGE: Final = (2, 5)
"""Character n-grams within words: the best setting for the baselines that use them."""
_WORD: Final = re.compile(r"\w+")

LabelledQuestions = Sequence[tuple[EntryId, str]]
Ranking = Sequence[tuple[EntryId, float]]


def import_baseline(name: str) -> None:
    """Import what the baseline of that name needs, so that its training is timed without.

    Raises:
        EvaluationError: there is no such baseline, or its packages are missing.
    """
    if name not in BASELINES:
        raise EvaluationError(f"--peer {name}: no such peer: write one of {', '.join(BASELINES)}")
    try:
        for module in _REQUIRED_MODULES.get(name, ()):
            import_module(module)
    except ImportError as exc:
        raise EvaluationError(
            f"the peer {name} needs bm25s and scikit-learn: pip install 'paligs[peers]', "
            f"or choose those of rapidfuzz: --peer {' --peer '.join(_RAPIDFUZZ_SCORERS)}"
        ) from exc


def make_baseline(name: str, knowledge: KnowledgeBase) -> Ranker:
    """The baseline of that name, trained on the questions (not on out-of-scope examples: a baseline always answers).

    Raises:
        EvaluationError: there are not two entries to choose between.
    """
    known = [(entry.id, text) for entry, _, text in knowledge.questions()]
    if len({entry for entry, _ in known}) < 2:
        raise EvaluationError("peers need the questions of two entries or more")
    return BASELINES[name](known)


class RapidfuzzBaseline:
    """rapidfuzz alone: the nearest question by one of its scorers."""

    def __init__(self, scorer: Callable[..., float], questions: LabelledQuestions) -> None:
        self._scorer = scorer
        self._entries = [entry for entry, _ in questions]
        self._texts = [utils.default_process(text) for _, text in questions]

    def rank(self, text: str) -> Ranking:
        """Entries and scores, best first."""
        found = process.extract(
            utils.default_process(text), self._texts, scorer=self._scorer, limit=CANDIDATE_QUESTIONS
        )
        return _best_per_entry((self._entries[place], score / 100) for _, score, place in found)


class Bm25Baseline:
    """BM25 over words (bm25s)."""

    def __init__(self, questions: LabelledQuestions) -> None:
        import bm25s

        self._entries = [entry for entry, _ in questions]
        self._index = bm25s.BM25()
        self._index.index([_WORD.findall(text.lower()) or ["_"] for _, text in questions], show_progress=False)

    def rank(self, text: str) -> Ranking:
        """Entries and scores, best first; none if no word is known."""
        said = [word for word in _WORD.findall(text.lower()) if word in self._index.vocab_dict]
        if not said:
            return ()
        scores = self._index.get_scores(said)
        places = np.argsort(-scores, kind="stable")[:CANDIDATE_QUESTIONS]
        return _best_per_entry((self._entries[place], float(scores[place])) for place in places)


class TfidfNearestBaseline:
    """The nearest question by TF-IDF over character n-grams (cosine)."""

    def __init__(self, questions: LabelledQuestions) -> None:
        self._entries = [entry for entry, _ in questions]
        self._vectorizer, matrix = _tfidf_vectors(questions)
        self._columns = matrix.T.tocsr()

    def rank(self, text: str) -> Ranking:
        """Entries and scores, best first."""
        row = self._vectorizer.transform([text]) @ self._columns
        places = np.argsort(-row.data, kind="stable")[:CANDIDATE_QUESTIONS]
        return _best_per_entry((self._entries[row.indices[place]], float(row.data[place])) for place in places)


class TfidfClassifierBaseline:
    """TF-IDF over character n-grams, under a linear classifier of scikit-learn, chosen by `make`."""

    def __init__(self, make: Callable[[], Any], questions: LabelledQuestions) -> None:
        from sklearn.exceptions import ConvergenceWarning

        self._vectorizer, matrix = _tfidf_vectors(questions)
        self._model = make()
        with warnings.catch_warnings():
            # It need not converge within the given steps; the warning is of no use to the reader.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(matrix, [entry for entry, _ in questions])
        self._scores = getattr(self._model, "predict_proba", None) or self._model.decision_function

    def rank(self, text: str) -> Ranking:
        """Entries and scores, best first."""
        scores = self._scores(self._vectorizer.transform([text]))[0]
        if np.ndim(scores) == 0:
            # Two classes give one score: for the second, against the first.
            scores = np.array([-scores, scores])
        places = np.argsort(-scores, kind="stable")[:RECALL_RANK]
        return tuple((EntryId(str(self._model.classes_[place])), float(scores[place])) for place in places)


def _tfidf_vectors(questions: LabelledQuestions) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=CHAR_NGRAM_RANGE, sublinear_tf=True, dtype=np.float32)
    return vectorizer, vectorizer.fit_transform([text for _, text in questions])


def _make_svc() -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(random_state=0)


def _make_logistic_regression() -> Any:
    from sklearn.linear_model import LogisticRegression

    # Of the solvers this one is as accurate as any, in a tenth of the time.
    return LogisticRegression(C=10, solver="saga", max_iter=20, random_state=0)


def _best_per_entry(scored_entries: Iterable[tuple[EntryId, float]]) -> Ranking:
    """Each entry with its best score; the input is sorted, best first."""
    best: dict[EntryId, float] = {}
    for entry, score in scored_entries:
        best.setdefault(entry, score)
    return tuple(best.items())


_RAPIDFUZZ_SCORERS: Final = {"token_set_ratio": fuzz.token_set_ratio, "ratio": fuzz.ratio, "WRatio": fuzz.WRatio}
_SKLEARN_MODULES: Final = ("sklearn.feature_extraction.text", "sklearn.linear_model", "sklearn.svm")
_REQUIRED_MODULES: Final = {
    "bm25": ("bm25s",),
    **{f"tfidf-{way}": _SKLEARN_MODULES for way in ("nearest", "svc", "logistic")},
}
BASELINES: Final[Mapping[str, Callable[[LabelledQuestions], Ranker]]] = MappingProxyType(
    {
        **{name: partial(RapidfuzzBaseline, scorer) for name, scorer in _RAPIDFUZZ_SCORERS.items()},
        "bm25": Bm25Baseline,
        "tfidf-nearest": TfidfNearestBaseline,
        "tfidf-svc": partial(TfidfClassifierBaseline, _make_svc),
        "tfidf-logistic": partial(TfidfClassifierBaseline, _make_logistic_regression),
    }
)
"""rapidfuzz by its scorers, BM25 by bm25s, and TF-IDF over character n-grams by scikit-learn."""
