"""Questions that are asked on after an answer: the sentence of it that answers them is found, or none is made up."""

import json
from typing import Final

from handlers.intents.asked_on import MIN_SHARE
from handlers.model.context import KnowledgeBundle
from tests.shared import DATA

FILE: Final = DATA / "follow-ups.jsonl"


def test_the_sentence_that_is_asked_for_is_said_no_less_often_than_measured(shipped: KnowledgeBundle) -> None:
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    answered = right = astray = 0
    for row in rows:
        found = shipped.interpreter.passage(row["text"], row["entry"], row["lang"])
        if found is None or found.share < MIN_SHARE:
            continue
        answered += 1
        if row["says"] is None:
            astray += 1
        elif any(part in found.text for part in (row["says"], *row.get("also", ()))):
            right += 1
    assert len(rows) > 300, "nothing was looked at"
    assert right >= 80
    assert astray <= 22
    assert right >= 0.7 * answered
