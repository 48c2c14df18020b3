"""Puts the questions first that stand for most of the others of their entry: rewrites kb/content/entries.

    python -m tests.training.question_order

Whoever begins with the first few questions of each entry, or reads an entry from its top, gets those that cover the rest. One
after the other that question is taken which brings the others nearest to one of those taken (greedy maximum of a facility
location, as in Nemhauser, Wolsey and Fisher, 1978), by the cosine of the TF-IDF of their letters.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer

from kb.loading.loader import load_knowledge_base
from kb.model import LANGUAGES
from kb.text.tokenize import phonetic_tokens

ENTRIES: Final = Path(__file__).parents[2] / "kb" / "content" / "entries"
TAKEN: Final = 20
"""Beyond as many a language, the order stays as it is."""
DIGITS: Final = 9
LANGUAGE_INDENT: Final = "  "
QUESTION_INDENT: Final = "    - "


def most_telling(similarity: np.ndarray, count: int) -> Sequence[int]:
    """Rows of a square matrix of similarities, the one that stands for most of the others first."""
    covered, taken = np.zeros(len(similarity)), list[int]()
    for _ in range(min(count, len(similarity))):
        # Rounded, so that equal ones are equal in whatever order they are added.
        gains = np.maximum(similarity, covered).sum(axis=1).round(DIGITS)
        gains[taken] = -1
        taken.append(int(gains.argmax()))
        covered = np.maximum(covered, similarity[taken[-1]])
    return taken


def reordered(text: str, questions: dict[str, list[int]]) -> str:
    """An entry's file, with the lines of each language's questions in the given order.

    Raises:
        ValueError: the file has other lines among its questions.
    """
    lines = text.splitlines()
    for language, order in questions.items():
        start = lines.index(f"{LANGUAGE_INDENT}{language}:", lines.index("questions:")) + 1
        listed = lines[start : start + len(order)]
        if not all(line.startswith(QUESTION_INDENT) for line in listed):
            message = f"the questions in {language} are not a line each"
            raise ValueError(message)
        lines[start : start + len(order)] = [listed[place] for place in order]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Rewrites what changes; the exit status."""
    knowledge = load_knowledge_base(None)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True, min_df=2)
    letters.fit(_spelt([text for _, _, text in knowledge.questions()]))
    changed = 0
    for file in sorted(ENTRIES.glob("*.yaml")):
        changed += _reorder(file, letters)
    sys.stdout.write(f"{changed} entries changed\n")
    return 0


def _reorder(file: Path, letters: TfidfVectorizer) -> bool:
    text = file.read_text("utf-8")
    listed = yaml.safe_load(text)["questions"]
    orders = dict[str, list[int]]()
    for language in LANGUAGES:
        weights = letters.transform(_spelt(listed[language]))
        first = most_telling((weights @ weights.T).toarray(), TAKEN)
        orders[language] = [*first, *(place for place in range(len(listed[language])) if place not in set(first))]
    new = reordered(text, orders)
    file.write_text(new, "utf-8")
    return new != text


def _spelt(texts: Sequence[str]) -> Sequence[str]:
    return [" ".join(phonetic_tokens(text)) for text in texts]


if __name__ == "__main__":
    sys.exit(main())
