"""Venues out of rows: columns in three languages, several rows of one venue, and each mistake with its row."""

import pytest

from bot.customers.importing.import_plan import MAX_NAME_CHARS, phone_number, plan_import
from bot.customers.importing.table_file import TableRow
from kb.model import LANGUAGES, Language
from storage.customers.venues import Device


def rows(header: str, *lines: str) -> tuple[TableRow, ...]:
    names = header.split(";")
    return tuple(
        TableRow(number=number, cells=dict(zip(names, line.split(";"), strict=True)))
        for number, line in enumerate(lines, 2)
    )


@pytest.mark.parametrize(
    "header",
    [
        "venue;address;phones;device;fiscal number",
        "Restorāns;Adrese;Tālrunis;Kase;Fiskālais numurs",
        "Ресторан;Адрес;Телефон;Касса;Фискальный номер",
    ],
)
def test_rows_of_one_venue_are_joined(header: str) -> None:
    plan = plan_import(
        rows(
            header,
            "Rozengrāls;Rozena 1;29111222;Kase 1;A100",
            "rozengrāls;rozena  1;+371 29 111 223, 29111222;Kase 2;A101",
            "Vīnkalni;;;;",
        )
    )
    assert plan.problems == ()
    first, second = plan.venues
    assert (first.label, second.label) == ("Rozengrāls, Rozena 1", "Vīnkalni")
    assert first.phones == ("+37129111222", "+37129111223")
    assert first.devices == (Device(name="Kase 1", fiscal_number="A100"), Device(name="Kase 2", fiscal_number="A101"))


def test_each_mistake_is_told_with_its_row_and_leaves_the_others() -> None:
    plan = plan_import(
        rows(
            "name;phone;telegram;group;device;fiscal number;model;alias",
            ";;;;;;;",
            f"{'x' * (MAX_NAME_CHARS + 1)};;;;;;;",
            "A;123;;;;;;",
            "B;;no id;;;;;",
            "C;;;;;A1;;",
            "D;+49 30 1234567;@dora_d / 123456;-100200300;Till;A1;;Dee; De".replace("; De", ", De"),
            "E;;;;Till;A1;;",
            "F;;;;;;Model X;",
        )
    )
    assert [problem.row for problem in plan.problems] == [2, 3, 4, 5, 6, 8]
    told = " ".join(problem.told("en") for problem in plan.problems)
    for remedy in ("delete the row", "Shorten it", "eight digits", "begins with @", "Name the device", "row 7 too"):
        assert remedy in told, remedy
    dora, model = plan.venues
    assert (dora.phones, dora.accounts, dora.groups) == (("+49301234567",), ("dora_d", "123456"), ("-100200300",))
    assert dora.aliases == ("Dee", "De")
    assert model.devices == (Device(name="Model X", model="Model X"),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_mistake_is_told_in_each_language(language: Language) -> None:
    plan = plan_import(
        rows(
            "name;phone;telegram;device;fiscal number",
            ";;;;",
            "A;x;;;",
            "B;;no id;;",
            "C;;;;A1",
            "D;;;K;A2",
            "E;;;K;A2",
        )
    )
    told = [problem.told(language) for problem in plan.problems]
    assert [any(digit in line for digit in "23457") for line in told] == [True] * 5
    assert len({*told, *(problem.told("en") for problem in plan.problems)}) == (5 if language == "en" else 10)


def test_a_number_is_not_shown_whole_in_a_problem() -> None:
    (problem,) = plan_import(rows("name;phone", "A;2911122")).problems
    assert "29111" not in problem.told("en")


def test_a_table_without_a_name_column_says_what_to_call_it() -> None:
    (problem,) = plan_import(rows("what;phone", "A;29111222")).problems
    assert (problem.row, "venue, name, vieta" in problem.told("en")) == (0, True)
    assert plan_import(()).venues == ()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("20110525", "+37120110525"),
        ("371 20000101", "+37120000101"),
        ("00371 20 00 01 01", "+37120000101"),
        ("+371-2000-0101", "+37120000101"),
        ("67 111 222", "+37167111222"),
        ("+4915112345678", "+4915112345678"),
        ("12345678", None),
        ("29111222 29333444", None),
        ("bārs", None),
    ],
)
def test_a_number_where_one_is_expected_is_one_also_where_it_reads_as_a_date(written: str, number: str | None) -> None:
    assert phone_number(written) == number
