"""What misspelt words are taken for, and how sure that is."""

import pytest

from kb.spelling.corrector import REPLACE_THRESHOLD, SpellingCorrector
from kb.spelling.noisy_channel import NoisyChannel

KNOWN = {"printer": 50, "pointer": 10, "printel": 1, "kase": 30, "hov": 90, "atgriezana": 20, "1234": 9}


def guessed(word: str, known: dict[str, int] | None = None) -> list[str]:
    return [guess.word for guess in NoisyChannel(known or KNOWN).corrections(word)]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("prnter", "printer"),
        ("atgireznaa", "atgriezana"),
        ("ksae", "kase"),
        ("hvo", "hov"),
        ("ho", "hov"),
        ("orinter", "printer"),
        ("prinetr", "printer"),
    ],
)
def test_a_slip_is_taken_for_the_word_beside_it(slip: str, meant: str) -> None:
    assert guessed(slip)[0] == meant


def test_of_several_words_beside_it_the_commoner_is_likelier_and_all_are_kept_in_mind() -> None:
    guesses = NoisyChannel({"printer": 50, "printel": 20, "zebra": 9}).corrections("printe")
    assert [guess.word for guess in guesses] == ["printer", "printel"]
    assert guesses[0].probability > guesses[1].probability
    assert sum(guess.probability for guess in guesses) <= 1


def test_one_slip_is_likelier_than_two() -> None:
    assert guessed("pointr", {"pointer": 5, "printer": 5})[0] == "pointer"


def test_the_first_letter_is_seldom_wrong() -> None:
    assert guessed("oase", {"kase": 5, "oasi": 5}) == ["oasi", "kase"]


def test_a_vowel_is_left_out_more_often_than_another_letter_is_missed() -> None:
    assert guessed("printr", {"printer": 5, "printrs": 5}) == ["printer"]
    assert guessed("printe", {"printer": 5, "printek": 5}) == ["printek", "printer"]


def test_the_whole_message_is_known_by_one_slip_and_by_two_in_a_very_long_word() -> None:
    slips = NoisyChannel({"sveika": 5, "nestradajot": 5})
    assert list(slips.variants("svejkk")) == []
    assert list(slips.variants("svejka")) == ["sveika"]
    assert list(slips.variants("nestradjjt")) == ["nestradajot"]


def test_a_longer_word_is_less_likely_like_another_by_chance() -> None:
    slips = NoisyChannel({"kas": 5, "printeris": 5, "viens": 1, "divi": 1})
    assert slips.corrections("kus")[0].probability < slips.corrections("printeras")[0].probability


@pytest.mark.parametrize("word", ["1235", "zebra", "prxxxer", "z"])
def test_what_is_near_to_nothing_is_left_alone(word: str) -> None:
    assert not guessed(word)


def test_what_is_hardly_likely_is_not_guessed() -> None:
    known = {f"{letter}{other}": 1 for letter in "bcdfghklmn" for other in "aeiou"}
    assert not guessed("xa", known)


def test_of_many_words_those_used_once_are_nothing_to_mend_to() -> None:
    many = {f"word{number:05}": 9 for number in range(2000)} | {"single": 1}
    assert not guessed("singel", many)


def test_a_message_is_mended_word_by_word_and_keeps_all_guesses() -> None:
    mended = SpellingCorrector({"printer": 50, "printel": 20, "hov": 90}).correct(["hvo", "printe", "hov"])
    assert mended is not None
    assert mended.tokens == ["hov", "printer", "hov"]
    assert mended.corrections == ("hvo → hov", "printe → printer")
    assert set(mended.probabilities) == {"hov", "printer", "printel"}
    assert set(mended.typo_probability) == {"hvo", "printe"}
    assert mended.lowest_probability == min(mended.probabilities["hov"], mended.probabilities["printer"])


def test_a_word_torn_in_two_is_put_together() -> None:
    mended = SpellingCorrector({"nedarbojas": 9, "kase": 9}).correct(["kase", "nedar", "bojas"])
    assert mended is not None
    assert mended.tokens == ["kase", "nedarbojas"]
    assert mended.corrections == ("nedar bojas → nedarbojas",)
    assert mended.typo_probability == {"nedar": 1.0, "bojas": 1.0}


def test_two_known_words_stay_two() -> None:
    assert SpellingCorrector({"ne": 9, "strada": 9, "nestrada": 9}).correct(["ne", "strada"]) is None


@pytest.mark.parametrize("said", [[], ["kase"], ["kase", "zzz"]])
def test_a_message_without_slips_is_left_alone(said: list[str]) -> None:
    assert SpellingCorrector(KNOWN).correct(said) is None


def test_what_is_rather_unlikely_is_heard_beside_the_word_and_does_not_take_its_place() -> None:
    mended = SpellingCorrector(dict.fromkeys("kas ne uz tu es ir".split(), 1)).correct(["kxs", "ne"])
    assert mended is not None
    assert 0 < mended.probabilities["kas"] < REPLACE_THRESHOLD
    assert mended.tokens == ["kxs", "ne"]
    assert mended.corrections == ()


def test_readings_put_each_word_that_may_be_meant_in_place_of_the_strange_one() -> None:
    mender = SpellingCorrector(
        {"printer": 9, "printel": 1, "ne": 9, "kase": 9, **dict.fromkeys(map(str, range(2000)), 5)}
    )
    mended = mender.correct(["printey", "ne"])
    assert mended is not None
    assert mended.tokens == ["printer", "ne"]
    assert list(mender.single_typo_variants(["printey", "ne"])) == [
        (["printer", "ne"], "printey → printer"),
        (["printel", "ne"], "printey → printel"),
    ]
    for said in (["printer", "ne"], ["printey", "kaze"], ["nu", "printer"]):
        assert list(mender.single_typo_variants(said)) == []
