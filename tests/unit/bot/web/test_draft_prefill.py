"""What the draft is filled in with: only what was plainly said, in three languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.email_draft.prefill import Prefill, prefill_draft
from handlers.details.contact_extraction import extract_contact
from handlers.details.device_extraction import extract_device
from handlers.details.given_names import known_given_names
from handlers.details.phone_extraction import extract_phone
from handlers.details.ticket_wording import without_ticket_request
from handlers.model.details import PersonDetails

NAMES = known_given_names()


# The number


@pytest.mark.parametrize(
    "text",
    [
        "26123456",
        "zvaniet 26 123 456",
        "mans numurs ir 26-12-34-56, paldies",
        "tel.26123456",
        "+371 26123456",
        "+37126123456",
        "(+371) 26 123 456",
        "00371 2612 3456",
        "371 26123456",
        "перезвоните на 26123456",
        "мой телефон: +371-26-123-456.",
        "call me at 2612 3456 please",
        "kase 2 26123456",
        "26123456, vēlreiz: +371 26 123 456",
        "terminālis B2, zvanīja Anna 26123456",
    ],
)
def test_a_latvian_number_is_found_however_it_is_written(text: str) -> None:
    assert extract_phone(text) == "+371 26123456"


def test_a_fixed_line_is_a_number_too() -> None:
    assert extract_phone("birojs: 67 123 456") == "+371 67123456"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2612345",
        "261234567",
        "36123456",
        "+370 61234567",
        "+3706123456789",
        "čeks 26123456 nedrukājas",
        "заказ №26123456",
        "receipt no. 26123456",
        "kļūda 26123456",
        "kopš 20261123",
        "kopš 23-11-2026",
        "23 11 2026",
        "26123456 vai 27123456",
        "4111 1111 1111 1111",
        "zvanīju 26123456, neviens neatbild",
        "звонил на 26123456, никто не берёт",
        "I called 26123456 and nobody answers",
        "AnyDesk 261234567",
    ],
)
def test_what_may_be_something_else_is_no_number(text: str) -> None:
    assert extract_phone(text) is None


def test_a_day_is_a_number_after_a_word_that_says_so() -> None:
    assert extract_phone("tel. 20261123") == "+371 20261123"


def test_the_numbers_of_the_company_are_not_the_persons() -> None:
    assert extract_phone("pie +371 20110525 neatbild, zvaniet 26123456", {"+37120110525"}) == "+371 26123456"


# The device


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("kase 2 nedrukā", "kase 2"),
        ("KASE 2!", "KASE 2"),
        ("kase nr. 3 stāv", "kase nr. 3"),
        ("2. kase neieslēdzas", "2. kase"),
        ("nestrādā 2 kase", "2 kase"),
        ("otrā kase, kopš rīta", "otrā kase"),
        ("pirmajā kasē čeki tukši", "pirmajā kasē"),
        ("kase 2 nedrukā, tieši otrā kase", "kase 2"),
        ("terminālis B2, zvanīja Anna", "terminālis B2"),
        ("bāra kase nestrādā", "bāra kase"),
        ("virtuves printeris nedrukā", "virtuves printeris"),
        ("virtuves printeris 2 nedrukā", "virtuves printeris 2"),
        ("čeku printeris pie kases 2", "čeku printeris, kases 2"),
        ("kase 1 strādā, kase 2 nestrādā", "kase 2"),
        ("вторая касса, с утра", "вторая касса"),
        ("не работает касса 2", "касса 2"),
        ("на кассе №2", "кассе №2"),
        ("2-я касса", "2-я касса"),
        ("на второй кассе", "второй кассе"),
        ("касса у бара зависла", "касса у бара"),
        ("терминал Б2", "терминал Б2"),
        ("принтер на кухне не печатает", "принтер на кухне"),
        ("kassa 2 ne rabotaet", "kassa 2"),
        ("till 2, since this morning", "till 2"),
        ("the printer at till 3", "till 3"),
        ("the second till is dead", "second till"),
        ("terminal B2 shows an error", "terminal B2"),
        ("bar till is black", "bar till"),
        ("kitchen printer does not print", "kitchen printer"),
        ("card terminal and till 2", "card terminal, till 2"),
    ],
)
def test_a_device_is_named_in_the_persons_own_words(text: str, device: str) -> None:
    assert extract_device(text) == device


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kase nestrādā",
        "2 kases nestrādā",
        "kase 2 dienas nestrādā",
        "kasē 200 eiro",
        "kasē 20 eur",
        "kase 1 un 2 stāv",
        "kase 1 stāv un kase 2 stāv",
        "kase 1 strādā",
        "касса 2 часа не работает",
        "2 кассы не работают",
        "касса 1 и касса 3",
        "касса 1 работает",
        "we are open till 9",
        "from 8 till 10",
        "at the bar till 2",
        "2 tills do not sell",
        "till 1 or 2",
        "till 2 is fine",
    ],
)
def test_where_the_device_is_unclear_none_is_named(text: str) -> None:
    assert extract_device(text) is None


# Whom to call back


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("zvaniet Ilzei", "Ilze"),
        ("atzvaniet ilzei, lūdzu", "Ilze"),
        ("zvaniet Jānim", "Jānis"),
        ("zvaniet Janim", "Jānis"),
        ("piezvaniet Mārtiņam", "Mārtiņš"),
        ("mani sauc Anna", "Anna"),
        ("mani sauc anna", "Anna"),
        ("mani sauc Ilze Kalniņa, kase stāv", "Ilze Kalniņa"),
        ("mani sauc Rūdolfs", "Rūdolfs"),
        ("zvanīja Anna 26123456", "Anna"),
        ("Anna, 26 123 456", "Anna"),
        ("+371 26123456 Ilze", "Ilze"),
        ("prasiet Ilzi", "Ilze"),
        ("Это Марина", "Марина"),
        ("это Марина, касса 2", "Марина"),
        ("меня зовут марина", "Марина"),
        ("меня зовут Марина Петрова.", "Марина Петрова"),
        ("позвоните Марине", "Марина"),
        ("перезвоните сергею", "Сергей"),
        ("спросите Наталью", "Наталья"),
        ("Иван 26123456", "Иван"),
        ("this is Anna", "Anna"),
        ("my name is John Smith", "John Smith"),
        ("I'm Kate, the till is dead", "Kate"),
        ("ask for Anna", "Anna"),
        ("my name is Anna till 2 is dead", "Anna"),
        ("this is Anna, ask for Anna", "Anna"),
    ],
)
def test_a_name_is_found_and_stands_alone(text: str, contact: str) -> None:
    assert extract_contact(text, NAMES) == contact


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anna",
        "zvaniet man",
        "zvaniet rīt",
        "zvaniet Jānim vai Annai",
        "no rīta 26123456",
        "no rita 26123456",
        "es esmu Rīgā",
        "mani sauc priekšnieks",
        "это света нет",
        "это ресторан Лидо",
        "меня зовут на помощь",
        "звонил Ивану",
        "это Марина или Анна",
        "call me back",
        "this is urgent",
        "This is Riga",
        "ask for the bill",
        "I'm waiting",
    ],
)
def test_where_the_name_is_unclear_none_is_taken(text: str) -> None:
    assert extract_contact(text, NAMES) is None


# The order is not the trouble


@pytest.mark.parametrize(
    "text",
    [
        "uztaisi pieteikumu",
        "nu uztaisi pieteikumu, lūdzu!",
        "gribu izveidot pieteikumu",
        "vai var uztaisīt pieteikumu?",
        "lūdzu, piesakiet pieteikumu",
        "оформите заявку",
        "ну сделайте заявку, пожалуйста",
        "хочу оформить заявку",
        "zavedite zajavku",
        "create a ticket",
        "just open a ticket for me please",
        "can you log a support ticket?",
    ],
)
def test_an_order_for_a_ticket_leaves_nothing(text: str) -> None:
    assert without_ticket_request(text) == ""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("uztaisi pieteikumu, virtuves printeris nedrukā", "virtuves printeris nedrukā"),
        ("uztaisi pieteikumu, ka virtuves printeris nedrukā.", "virtuves printeris nedrukā."),
        ("kase 2 nedrukā čekus, uztaisi pieteikumu", "kase 2 nedrukā čekus"),
        ("касса не работает. Оформите заявку!", "касса не работает."),
        ("хочу заявку на замену принтера", "замену принтера"),
        ("create a ticket: till 2 is dead", "till 2 is dead"),
        ("it can not open, create a ticket", "it can not open"),
    ],
)
def test_the_trouble_beside_the_order_is_kept(text: str, left: str) -> None:
    assert without_ticket_request(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kase nestrādā",
        "pieteikums nav atbildēts",
        "pieteikumu nosūtīju vakar, kase joprojām stāv",
        "cik maksā pieteikums?",
        "вчерашняя заявка не закрыта",
        "can i request a refund for a guest",
        "the ticket printer is jammed",
        "  kase \n stāv  ",
    ],
)
def test_what_is_no_order_stays_as_it_is(text: str) -> None:
    assert without_ticket_request(text) == text


# All together


@pytest.mark.parametrize(
    ("messages", "prefill"),
    [
        (
            ["/start", "terminālis B2 nestrādā", "zvanīja Anna 26123456", "uztaisi pieteikumu"],
            Prefill(
                what="terminālis B2 nestrādā\nzvanīja Anna 26123456",
                device="terminālis B2",
                contact="Anna",
                phone="+371 26123456",
            ),
        ),
        (
            ["вторая касса не печатает", "это Марина, 26-123-456", "оформите заявку"],
            Prefill(
                what="вторая касса не печатает\nэто Марина, 26-123-456",
                device="вторая касса",
                contact="Марина",
                phone="+371 26123456",
            ),
        ),
        (
            ["till 2 is dead, this is Anna", "create a ticket"],
            Prefill(what="till 2 is dead, this is Anna", device="till 2", contact="Anna"),
        ),
        (["kase 1 stāv", "nē, kase 2", "create a ticket"], Prefill(what="kase 1 stāv\nnē, kase 2")),
        (["create a ticket"], Prefill()),
        ([], Prefill()),
    ],
)
def test_a_draft_begins_with_what_the_talk_told(messages: list[str], prefill: Prefill) -> None:
    assert prefill_draft(messages, NAMES) == prefill


@pytest.mark.parametrize(
    ("messages", "place", "restaurant", "address"),
    [
        (["restorāns Rozengrāls, Kaļķu iela 1"], None, "Rozengrāls", "Kaļķu iela 1"),
        (["kase stāv"], "Rozengrāls, Kaļķu iela 1", "Rozengrāls", "Kaļķu iela 1"),
        (["kase stāv"], "Kaļķu iela 1", "", "Kaļķu iela 1"),
        (["kase stāv"], "Lido Alfa, 2. stāvs", "Lido Alfa, 2. stāvs", ""),
        (["restorāns Ala"], "Rozengrāls, Kaļķu iela 1", "Ala", "Kaļķu iela 1"),
    ],
)
def test_the_restaurant_is_filled_in_as_it_was_said_or_answered(
    messages: list[str], place: str | None, restaurant: str, address: str
) -> None:
    told = PersonDetails(name="Ilze", phone="+371 29111222", place=place)
    prefill = prefill_draft(messages, NAMES, details=told)
    assert (prefill.restaurant, prefill.address) == (restaurant, address)
    assert (prefill.contact, prefill.phone) == ("Ilze", "+371 29111222")


@given(st.lists(st.text(max_size=300), max_size=6))
def test_whatever_was_said_the_draft_is_there(messages: list[str]) -> None:
    prefill_draft(messages, NAMES)


def test_a_long_message_is_read_quickly() -> None:
    for text in (
        "kase 2 " * 600,
        "2" * 4000,
        "zvaniet " * 600,
        "uztaisi pieteikumu " * 300,
        "2 6" * 1300,
        "x" + " man" * 999,
    ):
        prefill_draft([text], NAMES)


def test_the_till_that_is_known_is_filled_in_where_none_was_told() -> None:
    known = PersonDetails(device="Kase 1")
    assert prefill_draft(("kaut kas nav labi",), NAMES, details=known).device == "Kase 1"
    assert prefill_draft(("nestrādā bāra printeris",), NAMES, details=known).device != "Kase 1"
