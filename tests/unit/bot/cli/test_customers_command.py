"""`paligs customers`: a table comes in and goes out, and links are made once, written, and revoked."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from bot.cli.app import app
from bot.customers.link_tokens import VenueLinkTokens
from storage.database import engine
from storage.migrations import upgrade

KEY = "a key of more than sixteen letters"
TABLE = "Restorāns;Adrese;Kase;Vieta;Tālrunis\nRozengrāls;Rozena 1;Kase 1;bārs;29111222\nRozengrāls;Rozena 1;Kase 2;;\nVīnkalni;;;;\n"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/paligs.db"
    for name, value in (("DATABASE_URL", url), ("SECRET_KEY", KEY), ("PUBLIC_URL", "https://bot.example.lv")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TELEGRAM_BOT_USERNAME", "PaligsBot")
    database = engine.create_database_engine(url)
    upgrade.upgrade(database)
    database.dispose()
    (tmp_path / "all.csv").write_bytes(TABLE.encode("cp1257"))


def customers(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["customers", *arguments])


def test_a_link_for_each_till_is_made_once_and_written() -> None:
    assert customers("import", "all.csv").exit_code == 0
    first = customers("links").output
    assert [row.split(";")[:3] for row in first.splitlines()[1:]] == [
        ["Rozengrāls", "Rozena 1", "Kase 1"],
        ["Rozengrāls", "Rozena 1", "Kase 2"],
        ["Vīnkalni", "", ""],
    ]
    assert VenueLinkTokens(KEY).make(1) in first
    assert customers("links").output == first
    done = customers("links", "--csv", "links.csv", "--sheet", "sheet.html", "--venue", "rozengrals")
    assert done.output == "2 cards written.\n"
    assert Path("links.csv").read_text("utf-8-sig").splitlines() == first.splitlines()[:3]
    assert Path("sheet.html").read_text("utf-8").count("<svg") == 4


def test_revoked_links_are_replaced_by_new_ones() -> None:
    customers("import", "all.csv")
    old = customers("links", "--venue", "Vīnkalni").output
    new = customers("links", "--venue", "Vīnkalni", "--revoke").output
    assert old != new
    assert customers("links", "--venue", "Vīnkalni").output == new


def test_what_cannot_be_done_says_what_to_do() -> None:
    refused = customers("links", "--revoke")
    assert (refused.exit_code, "needs --venue" in refused.output) == (2, True)
    unknown = customers("links", "--venue", "Nekas")
    assert (unknown.exit_code, "No such venue" in unknown.output) == (1, True)


def workbook(path: Path) -> None:
    """Three hundred venues as people keep them: numbers as numbers, empty rows, a device a row, two mistakes."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Ресторан", "Адрес", "Телефон", "Касса", "Модель", "Фискальный номер", "Место"])
    sheet.append([None] * 7)
    for number in range(300):
        sheet.append(
            [f"Кафе {number}", f"ул. Бривибас {number}", 20000000 + number, "Касса 1", "HP", 7000000.0 + number]
        )
        sheet.append([f"  КАФЕ {number}", f"Ул. Бривибас  {number} ", None, "Касса 2", None, None, "бар"])
    sheet.append(["Без номера", None, "двадцать", "Касса 1"])
    sheet.append([None, "улица без названия", 20000999])
    book.save(path)


def test_three_hundred_venues_of_a_workbook_come_in_once_with_each_mistake_named(tmp_path: Path) -> None:
    workbook(tmp_path / "all.xlsx")
    preview = customers("import", "all.xlsx", "--dry-run")
    assert "Nothing is stored: 300 venues with 600 devices." in preview.output
    assert customers("export").output.count("\n") == 1
    first = customers("import", "all.xlsx")
    assert first.exit_code == 1
    assert "300 venues with 600 devices: 300 added, 0 changed, 0 unchanged." in first.output
    assert "Row 603: двадцать is no phone number. Write eight digits, or + and the country's code." in first.output
    assert "Row 604: The venue's name is missing. Write it, or delete the row." in first.output
    again = customers("import", "all.xlsx")
    assert "0 added, 0 changed, 300 unchanged" in again.output
    exported = customers("export").output.splitlines()
    assert len(exported) == 601
    assert "Кафе 0;ул. Бривибас 0;;+37120000000;;;;;Касса 1;HP;7000000;" in exported
    assert customers("links").output.count("\n") == 601


def test_the_encoding_that_was_taken_is_said() -> None:
    assert "Read as Windows-1257." in customers("import", "all.csv", "--dry-run").output


def test_an_import_speaks_the_language_that_is_asked_for(tmp_path: Path) -> None:
    workbook(tmp_path / "all.xlsx")
    told = customers("import", "all.xlsx", "--lang", "lv")
    assert "Pievienotas: 300, mainītas: 0, bez izmaiņām: 0." in told.output
    assert "603. rinda: двадцать nav tālruņa numurs." in told.output
    assert "Строка 604: Нет названия заведения." in customers("import", "all.xlsx", "--lang", "ru").output
    refused = customers("import", "all.xlsx", "--lang", "de")
    assert (refused.exit_code, "write one of lv, ru, en" in refused.output) == (2, True)
    (tmp_path / "empty.csv").write_text("")
    assert "empty.csv: tukšs." in customers("import", "empty.csv", "--lang", "lv").output
