"""Prints the messages of labelled conversations that may be questions of their entries, as JSON lines.

    python -m tests.training.questions > questions.jsonl
    paligs kb import questions.jsonl

What opens a conversation or begins another topic stands for itself, and so does most of what is told of a topic in
several words. Of the entries that are right it is taught the one that a model finds likeliest which was taught by the other
files. Left out is what different talks label with different entries; what that model takes for something else, as the label
is then likelier wrong or only makes sense after the turn before (confident learning: Northcutt, Jiang and Chuang 2021);
what it knows already; and whatever stands in the files that measure the bot.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from bot.evaluation.dialogs import LabelledDialog, LabelledTurn
from bot.evaluation.labelled_data import read_labelled_file
from kb.evaluation.evaluation_metrics import OUT_OF_SCOPE, LabelledMessage
from kb.evaluation.leakage import find_leaks
from kb.lessons import Lesson, add_lessons
from kb.loading.content_warnings import MAX_QUESTION_WORDS
from kb.loading.loader import load_knowledge_base
from kb.model import LANGUAGES, Act, EntryId, KnowledgeBase, Language
from kb.text.tokenize import phonetic_tokens
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.result import Interpretation
from tests.scoring import read_cases
from tests.scoring.stages import FOLDER, STAGES_BY_FILE, read_stage_rows
from tests.shared import DATA
from tests.training.conversations import (
    Talks,
    folds,
    key_of,
    learnt_talks,
    messages_of,
    reference_talks,
    unseen,
)

MIN_TERMS: Final = 3
"""A later message with fewer telling words is understood from what stands before it."""
GENERAL_ENTRIES: Final = frozenset({"line-technical", "line-helpdesk", "line-administration", "channels-overview"})
"""What any later message may be answered with: that a number is asked for is told by dialogue acts."""
TOPIC_ACTS: Final = frozenset({Act.ANSWER, Act.PROBLEM, Act.CRITICAL, Act.TICKET, Act.HANDOFF})
_CONTACT: Final = re.compile(r"@|(?:\d[ -]?){6}")
"""Addresses and numbers are somebody's."""
MIN_SHARE: Final = 0.3
"""What is less likely than this part of the likeliest is labelled wrongly, or meant by the turn before."""
KNOWN: Final = 0.9
"""What is as sure teaches nothing."""
MIN_TERMS_ALONE: Final = 2
"""As MIN_TERMS, for what opens a conversation or is of stopped trading: "the till" or "does not work" may mean anything."""


class Question(NamedTuple):
    """A message, the entry that it is about, and its language.

    `alone`: whether it opens a talk or tells of stopped trading; `others`: entries of its act that are right too.
    """

    id: str
    lang: Language
    text: str
    alone: bool
    others: tuple[str, ...] = ()


def questions_of(talk: LabelledDialog) -> Iterator[Question]:
    """The messages of a conversation that may stand for themselves."""
    before = set[str]()
    if talk.lang not in LANGUAGES:
        return
    for number, turn in enumerate(talk.turns):
        act, entry = turn.expect.act, turn.expect.entry
        if entry is None:
            continue
        # That somebody should come, or does not, is told by dialogue acts.
        tells = act != Act.HANDOFF and entry not in GENERAL_ENTRIES
        # Details of stopped trading are those of any fault: only what tells of it anew is learnt.
        anew = act != Act.CRITICAL or entry not in before
        learnt = act in TOPIC_ACTS and (number == 0 or (tells and anew))
        if learnt and _CONTACT.search(turn.user) is None and len(phonetic_tokens(turn.user)) <= MAX_QUESTION_WORDS:
            alone = number == 0 or act == Act.CRITICAL
            yield Question(entry, Language(talk.lang), turn.user, alone, tuple(_other_topics(turn)))
        before.add(entry)


def _other_topics(turn: LabelledTurn) -> Iterator[str]:
    for one in turn.expect.also:
        if one.entry is not None and one.act == turn.expect.act and one.entry not in GENERAL_ENTRIES:
            yield one.entry


def unambiguous(questions: Iterable[Question]) -> Iterator[Question]:
    """Each once, without those that are said of two entries."""
    found: dict[str, list[Question]] = {}
    for question in questions:
        found.setdefault(key_of(question.text), []).append(question)
    for key, alike in found.items():
        if key and len({question.id for question in alike}) == 1:
            yield alike[0]


def learnable(question: Question, found: Interpretation) -> Question | None:
    """The question, of the likeliest of its right entries; None where it teaches nothing, or something wrong.

    `found` is what it means to who was taught by other files: its entry must be possible, and not as good as known.
    """
    told = {one.entry: one.confidence for one in found.candidates}
    entry = max((question.id, *question.others), key=lambda one: told.get(EntryId(one), 0.0))
    likely = told.get(EntryId(entry), 0.0)
    enough = len(found.terms) >= (MIN_TERMS_ALONE if question.alone else MIN_TERMS)
    possible = 0 < likely < KNOWN and likely >= MIN_SHARE * max(told.values(), default=0.0)
    return question._replace(id=entry) if enough and possible else None


def with_questions(content: KnowledgeBase, questions: Iterable[Question]) -> KnowledgeBase:
    """The content with more questions."""
    return add_lessons(content, [Lesson(entry=EntryId(one.id), language=one.lang, text=one.text) for one in questions])


def checked(content: KnowledgeBase, talks: Talks) -> Iterator[Question]:
    """The questions of all conversations whose labels nothing contradicts that was learnt from the others."""
    questions = list(unambiguous(one for found in talks.values() for talk in found for one in questions_of(talk)))
    content = unseen(content, messages_of(talks))
    for fold in folds(talks):
        said = set(map(key_of, messages_of(fold)))
        others = [question for question in questions if key_of(question.text) not in said]
        pipeline = UnderstandingPipeline(with_questions(content, others))
        for question in questions:
            if key_of(question.text) in said:
                learnt = learnable(question, pipeline.understand(question.text, language=question.lang))
                if learnt is not None:
                    yield learnt


def new_to(measures: Iterable[str], questions: Iterable[Question], content: KnowledgeBase) -> list[Question]:
    """Those that none of the messages that measure the bot is a copy of."""
    found = list(questions)
    alone = with_questions(unseen(content, (text for _, _, text in content.questions())), found)
    alone = replace(alone, out_of_scope=MappingProxyType({}), dialogue=MappingProxyType({}))
    rows = (LabelledMessage(text=text, label=OUT_OF_SCOPE) for text in measures)
    copied = {leak.known_text for leak in find_leaks(rows, alone)}
    return [question for question in found if question.text not in copied]


def measuring_messages() -> Iterator[str]:
    """What is said in the files that measure the bot."""
    for file in ("queries-dev.tsv", "queries-hard-dev.tsv", "queries-real-dev.tsv"):
        yield from (row.text for row in read_labelled_file(DATA / file))
    for file in sorted(STAGES_BY_FILE):
        yield from (row.text for row in read_stage_rows(FOLDER / f"{file}.jsonl"))
    for case in read_cases(DATA / "kinds-dev.jsonl"):
        yield from case.turns
    yield from messages_of(reference_talks())


def main() -> None:
    """Print them."""
    content = load_knowledge_base(None)
    learnt = new_to(measuring_messages(), unambiguous(checked(content, learnt_talks())), content)
    for question in learnt:
        sys.stdout.write(
            json.dumps({"id": question.id, "lang": question.lang, "text": question.text}, ensure_ascii=False) + "\n"
        )


if __name__ == "__main__":
    main()
