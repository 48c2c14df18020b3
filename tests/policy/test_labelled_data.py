"""The labelled messages measure understanding, not memory: they do not stand in the content.

Single messages never do. In talks an opening turn may, because it sets the scene for the turns that are judged after it;
so may thanks and greetings, and messages of a few words, which can hardly be said otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import pytest

from bot.cli.kb.evaluation import print_leaks
from handlers.model.context import KnowledgeBundle
from kb.evaluation.evaluation_metrics import OUT_OF_SCOPE, LabelledMessage
from kb.evaluation.leakage import DIALOGUE, Leak, find_leaks
from kb.model import Act, EntryId, KnowledgeBase
from kb.text.tokenize import phonetic_tokens
from tests.scoring import read_cases, read_dialogs
from tests.scoring.stages import FOLDER, STAGES_BY_FILE, read_stage_rows
from tests.shared import DATA, queries

SINGLE: Final = ("queries-dev.tsv", "queries-hard-dev.tsv", "queries-real-dev.tsv")
TALKS: Final = ("dialogs-dev.jsonl", "dialogs-dev-2.jsonl", "kinds-dev.jsonl")
FEW_WORDS: Final = 5
"""A message of so many words at most may stand in the content, as part of a talk."""
CRY_WORDS: Final = 2
"""What people say in so many words can hardly be said otherwise."""
SHARE_OF_COPIES: Final = 0.05
"""No more of the turns after the opening may stand in the content, however short they are; courtesies do not count."""


@pytest.fixture(scope="module", autouse=True)
def _tokens_once() -> Iterator[None]:
    """The content is held beside each file: its texts are taken apart once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb.evaluation.leakage.phonetic_tokens", cache(phonetic_tokens))
        yield


@dataclass(frozen=True, kw_only=True)
class Said:
    """A turn of a talk. `opens`: it is the first of several."""

    talk: str
    text: str
    opens: bool


def turns(name: str) -> Iterator[Said]:
    """All turns of a file of talks."""
    if name.startswith("kinds"):
        talks = [(case.id, case.turns) for case in read_cases(DATA / name)]
    else:
        talks = [(dialog.id, dialog.said) for dialog in read_dialogs(DATA / name)]
    for talk, texts in talks:
        for place, text in enumerate(texts):
            yield Said(talk=talk, text=text, opens=place == 0 and len(texts) > 1)


def leaked(said: Iterable[Said], knowledge: KnowledgeBase) -> list[tuple[Said, Leak]]:
    """The turns that stand in the content, each with what it is a copy of."""
    talk = list(said)
    rows = [LabelledMessage(text=turn.text, label=OUT_OF_SCOPE) for turn in talk]
    found = {leak.message.text: leak for leak in find_leaks(rows, knowledge)}
    return [(turn, found[turn.text]) for turn in talk if turn.text in found]


def is_courtesy(leak: Leak, knowledge: KnowledgeBase) -> bool:
    """Whether it is a copy of thanks, a greeting or the like, or of a cry of one or two words ("number?", "both")."""
    if leak.place.startswith(DIALOGUE):
        return len(leak.known_text.split()) <= CRY_WORDS
    entry = knowledge.entries.get(EntryId(leak.place))
    return entry is not None and entry.act is Act.TALK


@pytest.mark.parametrize("name", SINGLE)
def test_no_single_message_stands_in_the_content(name: str, shipped: KnowledgeBundle) -> None:
    told: list[str] = []
    assert queries(name)
    assert print_leaks(DATA / name, shipped.base, told.append) == 0, "\n".join(told)


@pytest.mark.parametrize("name", TALKS)
def test_hardly_any_message_within_a_talk_stands_in_the_content(name: str, shipped: KnowledgeBundle) -> None:
    within = [turn for turn in turns(name) if not turn.opens]
    found = [(turn, leak) for turn, leak in leaked(within, shipped.base) if not is_courtesy(leak, shipped.base)]
    told = [f"{turn.talk}: {turn.text!r} stands in {leak.place} as {leak.known_text!r}" for turn, leak in found]
    assert all(len(turn.text.split()) <= FEW_WORDS for turn, _ in found), "\n".join(told)
    assert len(found) <= SHARE_OF_COPIES * len(within), "\n".join(told)


def test_no_message_of_a_stage_stands_in_the_content(shipped: KnowledgeBundle) -> None:
    """Those of exact_match must; a few words can hardly be said otherwise."""
    files = sorted(set(STAGES_BY_FILE) - {"exact_match"})
    rows = [(file, row.text) for file in files for row in read_stage_rows(FOLDER / f"{file}.jsonl")]
    said = [Said(talk=file, text=text, opens=False) for file, text in rows]
    found = leaked(said, shipped.base)
    told = [f"{turn.talk}: {turn.text!r} stands in {leak.place}" for turn, leak in found]
    assert all(len(turn.text.split()) <= FEW_WORDS for turn, _ in found), "\n".join(told)
    assert len(found) <= SHARE_OF_COPIES * len(said), "\n".join(told)


def test_a_copy_is_found(shipped: KnowledgeBundle) -> None:
    entry, _, text = next(question for question in shipped.base.questions() if len(question[2].split()) > FEW_WORDS)
    said = Said(talk="any", text=text.upper(), opens=False)
    ((_, leak),) = leaked([said], shipped.base)
    assert leak.place == entry.id
