"""Noise on messages: the same every time, and of the kind that was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.evaluation.perturbation import PERTURBATIONS, perturb

LATVIAN = "Kā aizvērt maiņu, ja čeku printeris Šodien ķeksē ļoti lēni?"
RUSSIAN = "Как закрыть смену? Ещё не печатает щит, Юля"


@given(text=st.text(), kind=st.sampled_from(sorted(PERTURBATIONS)))
def test_any_text_gets_the_same_noise_every_time(text: str, kind: str) -> None:
    assert perturb(text, kind) == perturb(text, kind)
    assert perturb(text, kind, 1) == perturb(text, kind, 1)


def test_noise_is_the_same_in_every_version_of_the_program() -> None:
    assert perturb(LATVIAN, "typos") == "Kā aizvērt maiņu, ja čeku pringeris Šodien ķoeksē ļoti lēni?"
    assert perturb(RUSSIAN, "latin+typo") == "aKk zakrit smenu? Eschjo ne pechataet schit, Julja"


def test_each_draw_is_another_one() -> None:
    assert len({perturb(LATVIAN, "typos", draw) for draw in range(6)}) > 4


def test_a_typo_is_one_slip_and_typos_are_two() -> None:
    for number in range(200):
        text = f"kase nestrādā {number}"
        assert abs(len(perturb(text, "typo")) - len(text)) <= 1
        assert abs(len(perturb(text, "typos")) - len(text)) <= 2
    assert len({perturb(f"kase nestrādā {number}", "typo")[:13] for number in range(200)}) > 60


@pytest.mark.parametrize("text", ["", "!", "a", "5"])
def test_what_has_no_two_letters_stays_as_it_is(text: str) -> None:
    assert perturb(text, "typos") == text


def test_diacritics_go_and_short_i_stays() -> None:
    assert perturb(LATVIAN, "nodiacritics") == "Ka aizvert mainu, ja ceku printeris Sodien kekse loti leni?"
    assert perturb("Ещё Йод, йод", "nodiacritics") == "Еще Йод, йод"


def test_russian_comes_in_latin_letters_by_several_habits() -> None:
    texts = {perturb(f"чайка {number}", "latin").split()[0] for number in range(30)}
    assert texts == {"chaika", "chajka", "4ayka"}
    assert perturb("Щука", "latin") == "Shuka"
    assert perturb(LATVIAN, "latin") == LATVIAN


def test_latvian_marks_become_letters() -> None:
    told = perturb(LATVIAN, "doubled")
    assert told.startswith("Kaa aizveert mai")
    assert "cheku printeris Shodien" in told
    assert told.isascii()
    assert {perturb(f"ņ{number}", "doubled")[:2] for number in range(30)} >= {"nj", "n1"}


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        perturb("kase", "smoke")
