"""Questions about topics that the knowledge does not hold yet: what is answered to them is a near miss."""

from collections import Counter
from typing import Final

import yaml
from rich.console import Console
from rich.table import Table

from bot.knowledge.factory import load_knowledge
from kb.model import LANGUAGES
from kb.understanding.result import Outcome
from tests.shared import DATA

WORST: Final = 12
"""So many topics are listed."""


def scope(console: Console) -> None:
    """How many of their questions are answered all the same, by topic and by the entry that is taken for it."""
    knowledge = load_knowledge()
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    taken_for: dict[str, Counter[str]] = {}
    for file in sorted((DATA / "new-topics").glob("*.yaml")):
        draft = yaml.safe_load(file.read_text("utf-8"))
        if draft["id"] in knowledge.base.entries:
            continue
        for text in (str(text) for language in LANGUAGES for text in draft["questions"][language]):
            found = knowledge.interpreter.understand(text)
            asked[draft["id"]] += 1
            if found.outcome is Outcome.ANSWERED and found.best is not None:
                answered[draft["id"]] += 1
                taken_for.setdefault(draft["id"], Counter())[found.best.entry] += 1
    table = Table("topic", "questions", "answered", "taken for", title="topics that are not known yet")
    for topic, count in answered.most_common(WORST):
        names = ", ".join(f"{entry} {times}" for entry, times in taken_for[topic].most_common(3))
        table.add_row(topic, str(asked[topic]), str(count), names)
    console.print(table)
    console.print(f"answered: {answered.total()} of {asked.total()}")
