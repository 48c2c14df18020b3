"""The terms of a turn's wording."""

from handlers.replies.wording import wording_terms


def test_words_pairs_ends_and_parts_are_terms() -> None:
    assert list(wording_terms("No it")) == [
        *(b".", b"first:no", b"last:it.", b"word:no", b"word:it", b"pair:no it"),
        *(b"^no", b"no ", b"o i", b" it", b"it$"),
        *(b"^no ", b"no i", b"o it", b" it$"),
    ]


def test_a_question_is_one_whatever_its_words() -> None:
    assert [term for term in wording_terms("it?") if b"?" in term] == [b"?", b"last:it?"]


def test_what_holds_no_word_only_asks_or_not() -> None:
    assert [list(wording_terms(text)) for text in ("?!", "...", "")] == [[b"?"], [b"."], [b"."]]
