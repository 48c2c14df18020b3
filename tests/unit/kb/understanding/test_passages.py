"""The sentence of an answer that a question about it asks for: by what it shares with it, beside the topic's name."""

from collections.abc import Mapping
from dataclasses import replace
from math import log

import pytest

from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.model import EntryId, KnowledgeBase, Language
from kb.text.tokenize import phonetic_tokens
from kb.understanding import passages
from kb.understanding.lesson_overlay import LessonOverlay
from kb.understanding.passages import MAX_IDF, PassageIndex, sentences
from kb.understanding.result import Passage
from tests.unit.kb.small import CONCEPTS, pipeline, trainable_base

CLOSE, HOURS = EntryId("close"), EntryId("hours")
REPORT, DRAWER, COPY = "The Z report is made at midnight.", "The drawer is locked.", "The printer makes a copy."


def knowing(bodies: Mapping[EntryId, str]) -> KnowledgeBase:
    """The made-up company, of which these entries say this in English."""
    base = trainable_base()
    changed = {
        entry: replace(base.entries[entry], body={**base.entries[entry].body, "en": body})
        for entry, body in bodies.items()
    }
    return replace(base, entries={**base.entries, **changed})


def index(**bodies: str) -> PassageIndex:
    said = {EntryId(entry): body for entry, body in bodies.items()}
    return PassageIndex(knowing(said), Featurizer(Lexicon(CONCEPTS)))


def asked(found: PassageIndex, text: str, entry: EntryId = CLOSE, language: Language = "en") -> Passage | None:
    return found.find(entry, language, phonetic_tokens(text))


def rarity(body: str) -> float:
    """The weight of a word that one sentence of all has, where `close` says this."""
    every = [one for entry in knowing({CLOSE: body}).entries.values() for one in sentences(entry.body["en"])]
    return log((len(every) + 1) / 2)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("Close it. Then count!", ["Close it.", "Then count!"]),
        ("Aizver to. Āda ir melna. Ļoti.", ["Aizver to.", "Āda ir melna.", "Ļoti."]),
        ("Закройте её. Ёлка там? Да.", ["Закройте её.", "Ёлка там?", "Да."]),
        ("Там берег. Дальше сад. Вот 20265. Конец.", ["Там берег.", "Дальше сад.", "Вот 20265.", "Конец."]),
        ("Close it\n\n  Then count  \n", ["Close it", "Then count"]),
        ("Press it. “Done” is shown. 5 follow.", ["Press it.", "“Done” is shown.", "5 follow."]),
        ("Close it; then count", ["Close it; then count"]),
        ("Press ok. then wait", ["Press ok. then wait"]),
        ("In version 7.1 it is new", ["In version 7.1 it is new"]),
        ("Rule No. 5 holds", ["Rule No. 5 holds"]),
        ("Until 31. December only. Later none.", ["Until 31. December only.", "Later none."]),
        ("Piano. Then sing.", ["Piano.", "Then sing."]),
        ("Rights F_... Are for tills. Others not.", ["Rights F_... Are for tills.", "Others not."]),
        ("Zvaniet plkst. 9 (tālr. 20) vai nāciet.", ["Zvaniet plkst. 9 (tālr. 20) vai nāciet."]),
        ("Адрес: г. Рига, (д. 5)", ["Адрес: г. Рига, (д. 5)"]),
        ("Write to:\nhelp@paraugs.example\nOr ring.", ["Write to: help@paraugs.example", "Or ring."]),
    ],
)
def test_an_answer_is_parted_at_the_ends_of_sentences_and_lines(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_the_sentence_is_found_that_shares_most_with_the_question() -> None:
    known = index(close=f"{REPORT} {DRAWER}\n{COPY}")
    for text, sentence in (
        ("and is it at midnight?", REPORT),
        ("is the drawer locked then", DRAWER),
        ("what of copies", COPY),
    ):
        found = asked(known, text)
        assert found is not None, text
        assert found.text == sentence


def test_a_concept_is_shared_by_words_for_it_that_are_not_alike() -> None:
    found = asked(index(close=f"{REPORT} {COPY}"), "the receipt machine")
    assert found is not None
    assert found.text == COPY


def test_where_no_sentence_shares_anything_there_is_none() -> None:
    assert asked(index(close=REPORT), "who pays?") is None
    assert asked(index(close=REPORT), "?!") is None
    assert asked(index(close=""), "and is it at midnight?") is None


def test_the_name_of_the_topic_tells_no_sentence_from_another() -> None:
    known = index(close="Close the shift here. Midnight is late.")
    assert asked(known, "close the shift") is None
    found = asked(known, "close the shift at midnight")
    assert found is not None
    assert found.text == "Midnight is late."
    beside = asked(index(hours="Close the shift here. Midnight is late."), "close the shift", HOURS)
    assert beside is not None, "of another entry these words are not the name"


def test_a_rare_word_outweighs_two_that_many_answers_have() -> None:
    common = "Call us today. " * 6
    found = asked(index(hours=common, close="Call us today.\nBring the keys."), "call today with keys")
    assert found is not None
    assert found.text == "Bring the keys."


def test_the_share_is_that_of_all_that_is_asked_and_unknown_words_weigh_most() -> None:
    whole, half = asked(index(close=REPORT), "midnight"), asked(index(close=REPORT), "midnight zebra")
    assert whole is not None
    assert half is not None
    assert whole.share == 1
    assert half.share == pytest.approx(rarity(REPORT) / (rarity(REPORT) + MAX_IDF))


def test_among_many_sentences_no_word_weighs_more_than_an_unknown_one() -> None:
    body = "\n".join([REPORT, *(f"w{'x' * number}" for number in range(200))])
    assert rarity(body) > MAX_IDF
    found = asked(index(close=body), "midnight zebra")
    assert found is not None
    assert found.share == pytest.approx(0.5)


def test_a_question_is_looked_up_in_the_answer_of_its_entry_and_language() -> None:
    known = index(close=REPORT)
    assert asked(known, "midnight", HOURS) is None
    assert asked(known, "midnight", language="lv") is None
    latvian = asked(known, "un pēc pārskata?", language="lv")
    assert latvian is not None
    assert latvian.text == "Maiņu aizver pēc Z pārskata (rokasgrāmata 7.1)."


def test_answers_are_taken_apart_once_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def noted(text: str) -> list[str]:
        taken.append(text)
        return sentences(text)

    monkeypatch.setattr(passages, "sentences", noted)
    known, entries = index(close=REPORT), len(trainable_base().entries)
    assert taken == [], "nothing before it is asked for"
    assert asked(known, "midnight") == asked(known, "midnight")
    assert len(taken) == entries
    asked(known, "midnight", language="lv")
    assert len(taken) == 2 * entries


def test_a_matcher_finds_the_sentence_and_so_does_one_that_was_taught_since() -> None:
    found = pipeline().passage("Which RÉPORT is it?", CLOSE, "en")
    assert found is not None
    assert found.text == "The Z report closes the shift (manual 7.1)."
    assert LessonOverlay(pipeline(), ()).passage("Which RÉPORT is it?", CLOSE, "en") == found
    assert pipeline().passage("close the shift", CLOSE, "en") is None
