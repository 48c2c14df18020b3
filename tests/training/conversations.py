"""The labelled conversations that are learnt from, and content that has not seen some of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from bot.evaluation.dialogs import LabelledDialog, read_dialogs
from kb.model import Entry, KnowledgeBase
from kb.model.languages import LanguagePhrases
from kb.text.tokenize import phonetic_tokens
from tests.shared import DATA

REFERENCE: Final = ("dialogs-dev.jsonl", "dialogs-dev-2.jsonl")
"""Files that measure the bot: their messages never stand in the content."""
WHOLE: Final = tuple(f"fresh/dialogs{number}.jsonl" for number in (4, 5, 6, 8, 9, 10, 11, 12, 14, 15))
"""Files that are learnt from."""
ODD_LINES: Final = ("fresh/dialogs.jsonl", "fresh/dialogs2.jsonl", "fresh/dialogs3.jsonl")
"""Files of which every second conversation is held out."""
FOLDS: Final = 5
Talks = Mapping[str, Sequence[LabelledDialog]]
"""Conversations by their file."""


def reference_talks() -> Talks:
    """Those that only the choice of replies is learnt from."""
    return {name: read_dialogs(DATA / name) for name in REFERENCE}


def learnt_talks() -> Talks:
    """Those whose messages may stand in the content."""
    whole = {name: read_dialogs(DATA / name) for name in WHOLE}
    return whole | {name: read_dialogs(DATA / name)[::2] for name in ODD_LINES}


def folds(talks: Talks) -> Iterator[Talks]:
    """The files in FOLDS parts, each of which is left out of what the others teach."""
    for first in range(min(FOLDS, len(talks))):
        yield {name: talks[name] for name in tuple(talks)[first::FOLDS]}


def messages_of(talks: Talks) -> Iterator[str]:
    """All that is said in them."""
    for found in talks.values():
        for talk in found:
            yield from talk.said


def unseen(content: KnowledgeBase, messages: Iterable[str]) -> KnowledgeBase:
    """The content without these messages among its questions: as if they were new to it."""
    said = set(map(key_of, messages))
    return replace(
        content, entries=MappingProxyType({name: _unseen(entry, said) for name, entry in content.entries.items()})
    )


def _unseen(entry: Entry, said: set[str]) -> Entry:
    kept = {
        language: tuple(text for text in texts if key_of(text) not in said)
        for language, texts in entry.questions.items()
    }
    return replace(entry, questions=MappingProxyType(LanguagePhrases(kept)))


def key_of(text: str) -> str:
    """The same for all spellings of a message."""
    return " ".join(phonetic_tokens(text))
