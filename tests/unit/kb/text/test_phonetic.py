"""One spelling for all: what people type comes out the same, whatever keyboard and habit it was typed with."""

import time

import pytest

from kb.text.phonetic import phonetic_key
from kb.text.stemmer import stem
from kb.text.tokenize import KEEP_END, KEEP_START, normalize, split_sentences, tokenize


@pytest.mark.parametrize(
    ("russian", "typed"),
    [
        ("печатает", ["pechataet", "pe4ataet", "pechatajet", "pečataet"]),
        ("чек", ["chek", "4ek", "ček", "cek"]),
        ("наша", ["nasha", "na6a", "naša"]),
        ("смена", ["smena", "smjena"]),
        ("отчёт", ["otchet", "otchjot", "otchyot", "otčet"]),
        ("щит", ["shchit", "schit", "shhit"]),
        ("счёт", ["schet", "schyot"]),
        ("касса", ["kassa", "kasa"]),
        ("день", ["den", "denj", "den'"]),
        ("новая", ["novaya", "novaja", "novaia"]),
        ("хлеб", ["hleb", "khleb", "xleb"]),
        ("цена", ["cena", "tsena", "tzena"]),
        ("жарко", ["zharko", "žarko", "zarko"]),
    ],
)
def test_russian_typed_in_latin_letters_is_the_same_word(russian: str, typed: list[str]) -> None:
    assert {phonetic_key(spelling) for spelling in typed} == {phonetic_key(russian)}


@pytest.mark.parametrize(
    ("latvian", "typed"),
    [
        ("maiņa", ["maina", "mainja"]),
        ("kā", ["ka", "kaa"]),
        ("čeks", ["ceks", "cheks"]),
        ("žurnāls", ["zurnals", "zhurnaals"]),
        ("ceļš", ["cels", "celjsh"]),
        ("pieteikums", ["pieteikums"]),
    ],
)
def test_latvian_without_its_marks_is_the_same_word(latvian: str, typed: list[str]) -> None:
    assert {phonetic_key(spelling) for spelling in typed} == {phonetic_key(latvian)}


def test_what_did_not_work_stays_apart_from_what_does_not() -> None:
    assert phonetic_key("nestrādāja") != phonetic_key("nestrādā")


def test_letters_of_other_alphabets_lose_their_marks() -> None:
    assert phonetic_key("café") == phonetic_key("cafe")
    assert phonetic_key("ţľ") == "tl"


def test_numbers_stay_as_they_are() -> None:
    assert phonetic_key("44") == "44"
    assert phonetic_key("1995") == "1995"


def test_a_digit_stands_for_a_letter_only_inside_a_word() -> None:
    assert phonetic_key("24h") == "24h"
    assert phonetic_key("z4") == "z4"


def test_a_glide_is_dropped_before_a_vowel_but_not_at_the_beginning() -> None:
    assert phonetic_key("stacija") == "staca"
    assert phonetic_key("иван") == "ivan"
    assert phonetic_key("яна") == "iana"


def test_a_stem_is_a_word_without_its_ending() -> None:
    assert stem(phonetic_key("печатает")) == stem(phonetic_key("печатать"))
    assert stem("kas") == "kas"


def test_words_keep_their_apostrophes_and_lose_the_rest() -> None:
    assert tokenize(normalize("Doesn't print: «чек», z-report_2!")) == ["doesn't", "print", "чек", "z", "report", "2"]


def test_what_nobody_sees_is_taken_away() -> None:
    assert tokenize(normalize("ka\u200bs\u00adse \u202ene\u0301")) == ["kasse", "né"]
    assert tokenize(normalize("\ud83d \ufeff🙂")) == []


def test_wide_letters_become_plain_ones() -> None:
    assert tokenize(normalize("ＫＡＳＳＥ")) == ["kasse"]


def test_a_long_story_keeps_its_head_and_its_tail() -> None:
    story = "sākums " + "vidus " * 2000 + "beigas"
    read = normalize(story)
    assert len(read) <= KEEP_START + KEEP_END + 3
    assert read.startswith("sākums")
    assert read.endswith("beigas")


def test_a_letter_held_down_leaves_room_for_the_rest() -> None:
    assert "kase" in normalize("a" * 5000 + " kase " + "b" * 100_000)


def test_endless_input_is_read_in_no_time() -> None:
    start = time.thread_time()
    for endless in ("a" * 100_000, "kase " * 20_000, "ß" * 100_000, "😀" * 100_000):
        for word in tokenize(normalize(endless)):
            phonetic_key(word)
    assert time.thread_time() - start < 1


def test_clauses_are_sentences_and_lines() -> None:
    assert split_sentences("kase stāv. kā būt?\nzvanu - vai rakstu... e-pasts 10.5") == [
        "kase stāv",
        "kā būt",
        "zvanu",
        "vai rakstu",
        "e-pasts 10.5",
    ]
