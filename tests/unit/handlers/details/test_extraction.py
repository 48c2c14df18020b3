"""What a message tells of the person: in three languages, as it was said, and nothing that may be something else."""

import pytest

from handlers.details.extraction import extract_details, only_tells_who, read_answer
from handlers.details.given_names import GivenNames
from handlers.details.phone_extraction import extract_phone, readable_phones
from handlers.details.ticket_wording import without_ticket_request
from handlers.model.details import NO_DETAILS, PersonDetails

NUMBER = "+371 29111222"


@pytest.mark.parametrize(
    ("text", "name", "phone", "place"),
    [
        ("visas kases stāv, restorāns Rozengrāls, zvaniet 29 111 222, Ilze", "Ilze", NUMBER, "Rozengrāls"),
        ("Ilze, 29111222, restorāns Rozengrāls", "Ilze", NUMBER, "Rozengrāls"),
        ("Rozengrāls, 29.111.222, Ilze", "Ilze", NUMBER, None),
        ("это Марина, ресторан «Токио Сити», ул. Бривибас 40", "Марина", None, "Токио Сити, ул. Бривибас 40"),
        ("this is Anna from cafe Leningrad, 00371 2911 1222", "Anna", NUMBER, "Leningrad"),
        ("kafejnīca Bonēra", None, None, "Bonēra"),
        ("restorāns Lido Krasta un Alfa Ilze", None, None, "Lido Krasta un Alfa"),
        ("restorāns Pagrabs un kase 2", None, None, "Pagrabs"),
        ("bārs Centrs. Kase nestrādā", None, None, "Centrs"),
        ("Ķiploku krogs, printeris virtuvē klusē", None, None, "Ķiploku krogs"),
        ("t/c Alfa, Lido", None, None, "t/c Alfa"),
        ("Kaļķu iela 1", None, None, "Kaļķu iela 1"),
        ("Brīvības ielā 40-2, kase melna", None, None, "Brīvības ielā 40-2"),
        ("улица Калькю 1", None, None, "улица Калькю 1"),
        ("12 Kalku street", None, None, "12 Kalku street"),
        ("29111222 vai 67123456", None, "+371 29111222, +371 67123456", None),
        ("restorāns Ala, Ilze vai Anna", None, None, "Ala"),
        ("restorāns Ala, Ilze Kalniņa", "Ilze Kalniņa", None, "Ala"),
    ],
)
def test_who_where_and_which_number_are_found_as_they_were_said(
    text: str, name: str | None, phone: str | None, place: str | None
) -> None:
    found = extract_details(text)
    assert (found.name, found.phone, found.place) == (name, phone, place)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "restorāns nestrādā",
        "Mūsu restorāns stāv",
        "Labdien, restorānā Kase nestrādā",
        "Ilzes restorāns",
        "Света нет",
        "restorāns 24",
        "čeks 29111222 nedrukājas",
    ],
)
def test_what_may_be_something_else_is_not_taken(text: str) -> None:
    assert not extract_details(text).tells_who


def test_the_numbers_of_the_company_are_nobody_elses() -> None:
    assert extract_details("zvanīšu 29111222", {"+37129111222"}) == NO_DETAILS


def test_of_a_long_message_the_head_and_the_tail_are_read() -> None:
    assert extract_details("kase stāv " * 300 + "restorāns Rozengrāls").place == "Rozengrāls"


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("Rozengrāls", None, "Rozengrāls"),
        ("mēs esam no Fazenda Bazārs, mans numurs ir 26123456", None, "Fazenda Bazārs"),
        ("Lido Alfa, 2. stāvs", None, "Lido Alfa, 2. stāvs"),
        ("Ilze no Rozengrāla, 29111222", "Ilze", "Rozengrāla"),
        ("Ilze Kalniņa, Rozengrāls", "Ilze Kalniņa", "Rozengrāls"),
        ("Ilze un Rozengrāls", None, "Ilze un Rozengrāls"),
        ("zvaniet Ilzei", "Ilze", None),
        ("labdien, sauc Māris, zvanu no Lido Imanta, 26123456, man jautājums", "Māris", "Lido Imanta"),
        ("Здравствуйте, звоню из Лидо, меня зовут Анна, есть вопрос", "Анна", "Лидо"),
        ("hello, calling from Gold Windmill, my name is Zane, I have a quick question", "Zane", "Gold Windmill"),
        ("tad sauc Ilzi", None, "tad sauc Ilzi"),
        ("Gold Windmill, my name is Ilze", "Ilze", "Gold Windmill"),
        ("Gold Windmill, name is Ilze", "Ilze", "Gold Windmill"),
        ("Gold Windmill, call me", None, "Gold Windmill"),
        ("t/c Alfa, Lido", None, "t/c Alfa, Lido"),
        ("kase nestrādā vispār, restorāns Rozengrāls", None, "Rozengrāls"),
        ("SIA Rozengrāls, abas kases", None, "Rozengrāls"),
        ("обе кассы, ООО «Лайма»", None, "Лайма"),
        ("29111222 vai 67123456", None, None),
        ("№ 7", None, None),
    ],
)
def test_an_answer_to_the_question_is_taken_as_it_stands(text: str, name: str | None, place: str | None) -> None:
    answer = read_answer(text, extract_details(text))
    assert answer is not None
    assert (answer.name, answer.place) == (name, place)


@pytest.mark.parametrize(
    "text",
    [
        "nu mēs te strādājam jau no rīta un tagad viss apstājies un neviens nenāk palīgā",
        "nu mēs te strādājam jau no rīta un tagad viss apstājies un neviens nenāk mums palīgā, Rozengrāls",
        "te ir daudz vārdu par kaut ko pavisam citu šodien",
        "mūsu restorānā kase 2 nestrādā",
    ],
)
def test_a_story_is_no_answer(text: str) -> None:
    assert read_answer(text, extract_details(text)) is None


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("Ilze, 29111222, restorāns Rozengrāls", True),
        ("29 111 222", True),
        ("Kaļķu iela 1", True),
        ("kase nestrādā, zvaniet 29111222", False),
        ("visas kases stāv, restorāns Rozengrāls, zvaniet 29 111 222, Ilze", False),
        ("mums te ir kase 2 kura nestrādā un printeris arī un vēl 29111222", False),
    ],
)
def test_a_message_that_tells_no_more_is_told_from_one_with_a_matter(text: str, only: bool) -> None:
    assert only_tells_who(text, extract_details(text)) is only


def test_newer_details_replace_older_ones_and_keep_the_rest() -> None:
    older = PersonDetails(name="Ilze", place="Ala")
    assert older.updated(PersonDetails(place="Alfa", phone=NUMBER)) == PersonDetails(
        name="Ilze", place="Alfa", phone=NUMBER
    )
    assert bool(older)
    assert not NO_DETAILS


def test_numbers_are_read_out_in_groups() -> None:
    assert readable_phones("+371 29111222, +371 67123456") == "29 111 222, 67 123 456"
    assert readable_phones("+37129111222") == "29 111 222"
    assert readable_phones("+37061234567") == "+37061234567"


def test_a_day_that_no_month_has_is_a_number() -> None:
    assert extract_phone("20230231") == "+371 20230231"


def test_a_name_that_no_rule_declines_stands_as_it_is() -> None:
    assert GivenNames({"ru": ["Мари"]}).nominative("мари") == "Мари"


def test_two_orders_for_a_ticket_leave_nothing() -> None:
    assert without_ticket_request("uztaisi pieteikumu что сделай заявку") == ""


def test_details_stay_the_same_where_nothing_new_is_told() -> None:
    known = PersonDetails(name="Anna", place="Brīvības 1")
    assert known.updated(PersonDetails()) is known


@pytest.mark.parametrize("written", ["20 111 222", "20.111.222", "2011 1222"])
def test_what_is_grouped_as_numbers_are_is_no_day(written: str) -> None:
    assert extract_phone(written) == "+371 20111222"
    assert extract_phone("20111222") is None


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("no air in the hall, cooler broke", None),
        ("cafe by the old mill", None),
        ("the old mill cafe", "old mill cafe"),
        ("Cafe by the old mill", "Cafe by the old mill"),
    ],
)
def test_many_plain_words_are_no_place(words: str, place: str | None) -> None:
    answer = read_answer(words, NO_DETAILS)
    assert (answer.place if answer is not None else None) == place


@pytest.mark.parametrize("text", ["not 29111222 but 29111223", "ne 29111222, bet 29 111 223", "29111223, не 29111222"])
def test_a_number_that_is_set_right_is_the_other_one(text: str) -> None:
    assert extract_phone(text) == "+371 29111223"
    assert extract_phone("ne 29111222") == "+371 29111222", "no, that one"
