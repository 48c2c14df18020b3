"""Messages that say nearly the same."""

from handlers.input.sanitize import sanitize
from kb.text.similarity import TextSearch, cluster, stem_key

SAID = (
    "kase nedrukā čekus",
    "kur dabūt rēķinu",
    "касе недрука чеку",
    "Kase nedruka cekus!!!",
    "čekus nedrukā kase",
    "",
    "?!",
)


def test_alphabets_endings_order_and_marks_make_no_difference() -> None:
    assert cluster(enumerate(SAID))[0] == [0, 2, 3, 4]


def test_the_largest_group_comes_first_and_nothing_is_lost() -> None:
    found = cluster(enumerate(SAID))

    assert sorted(key for group in found for key in group) == list(range(len(SAID)))
    assert [len(group) for group in found] == sorted((len(group) for group in found), reverse=True)


def test_messages_without_a_word_are_together() -> None:
    assert [5, 6] in cluster(enumerate(SAID))


def test_a_slip_of_the_finger_does_not_part_them() -> None:
    assert cluster([("a", "printeris nestrādā virtuvē"), ("b", "pritneris nestrada virtuve")]) == [["a", "b"]]


def test_what_is_compared_has_each_stem_once() -> None:
    assert stem_key("Kase, kases, KASE") == stem_key("kase")


def test_words_are_found_however_they_were_typed() -> None:
    finder = TextSearch("čeks")

    assert finder("Nedrukā čeksu")
    assert finder("ceks neiet")
    assert finder("где чекс")
    assert not finder("parceksts")
    assert not finder("Labdien")


def test_what_is_no_word_is_found_as_it_stands() -> None:
    assert TextSearch("#7")("Galds #7")
    assert not TextSearch("#")("Galds 7")


def test_an_emoji_is_found_whatever_the_keyboard_puts_around_it() -> None:
    stored = sanitize(
        "Kase deg \U0001f525, mēs visi te \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f \U0001f44d\U0001f3fd"
    )
    for typed in (
        "\U0001f525",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u2764",
        "\u2764\ufe0f",
        "\U0001f44d",
        "\U0001f44d\U0001f3fb",
    ):
        assert TextSearch(typed)(stored), ascii(typed)
    assert not TextSearch("\U0001f44e")(stored)
    assert not TextSearch("\u200d")(stored)
