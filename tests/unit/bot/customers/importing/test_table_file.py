"""Tables as people have them: any separator, any encoding, with or without a sheet; and what is none."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.customers.importing.table_file import (
    OWN_FILES,
    TableFileError,
    TableLimits,
    encoding_name,
    parse_rows,
    read_rows,
)

TEXT = "Restorāns;Tālrunis\n\nRozengrāls;29111222\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1257"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_csv_of_any_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "venues.csv"
    path.write_bytes(TEXT.replace(";", separator).encode(encoding))
    (row,) = read_rows(path)
    assert row.number == 3
    assert row.cells == {"Restorāns": "Rozengrāls", "Tālrunis": "29111222"}


def test_numbers_of_a_sheet_have_no_fraction(tmp_path: Path) -> None:
    book = Workbook()
    for line in (
        ["name", "phone", ""],
        ["Rozengrāls", 29111222.0, "no header"],
        [None, None, None],
        ["Vīnkalni", None, 1.5],
    ):
        book.active.append(line)
    book.save(tmp_path / "venues.xlsx")
    first, second = read_rows(tmp_path / "venues.xlsx")
    assert first.cells == {"name": "Rozengrāls", "phone": "29111222"}
    assert (second.number, second.cells["phone"]) == (4, "")


def test_what_is_no_table_is_said_with_what_to_do(tmp_path: Path) -> None:
    for name, content in (
        ("a.xlsx", b"PK, not a workbook"),
        ("b.csv", b"\n ; \n"),
        ("c.csv", b"name\n" + b"x" * 100),
        ("d.csv", b'name\n"' + b"never closed\n" * 20_000),
    ):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TableFileError, match="Save it again as XLSX"):
        read_rows(tmp_path / "a.xlsx")
    with pytest.raises(TableFileError, match="first row names the columns"):
        read_rows(tmp_path / "b.csv")
    with pytest.raises(TableFileError, match="No such file"):
        read_rows(tmp_path / "missing.csv")
    with pytest.raises(TableFileError, match="Split the file"):
        read_rows(tmp_path / "c.csv", TableLimits(file_bytes=50))
    with pytest.raises(TableFileError, match="never closed"):
        read_rows(tmp_path / "d.csv")
    with pytest.raises(TableFileError, match="more than 1 rows"):
        parse_rows("e.csv", b"name\nA\n", TableLimits(rows=1))


def test_it_is_said_in_the_language_of_whoever_reads_it() -> None:
    with pytest.raises(TableFileError) as told:
        parse_rows("klienti.csv", b"", OWN_FILES)
    assert told.value.told("lv") == "klienti.csv: tukšs. Pirmajā rindā jābūt kolonnu nosaukumiem."
    assert told.value.told("ru") == "klienti.csv: пусто. В первой строке должны стоять названия столбцов."


def archive(*parts: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts:
            packed.writestr(name, content)
    return made.getvalue()


def test_an_archive_that_unpacks_to_more_than_it_may_is_not_unpacked() -> None:
    bomb = archive(("xl/worksheets/sheet1.xml", b" " * 2_000_000))
    assert len(bomb) < 10_000
    with pytest.raises(TableFileError, match="bigger than 1 MB"):
        parse_rows("bomb.xlsx", bomb, TableLimits(unpacked_bytes=1_000_000))


@pytest.mark.parametrize("cut", [b"", b"PK\x03\x04", archive(("[Content_Types].xml", b"<no"))])
def test_a_broken_workbook_is_none(cut: bytes) -> None:
    with pytest.raises(TableFileError, match="not an Excel workbook"):
        parse_rows("broken.xlsx", cut, OWN_FILES)


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("Restorāns;Adrese\nRozengrāls;Rozena iela 1\nĶiploku krogs;Jāņa sēta\n", "cp1257", "Windows-1257"),
        ("Ресторан;Адрес\nРозенгралс;улица Розена 1\n", "cp1251", "Windows-1251"),
        ("Restaurant;Address\nCafe «У реки»;Москва iela 3\n", "cp1251", "Windows-1251"),
        ("Restorāns;Ресторан\n", "utf-8", None),
        ("Restorāns;Ресторан\n", "utf-8-sig", None),
        ("Restorāns;Ресторан\n", "utf-16", None),
        ("Restaurant;Address\n", "ascii", None),
    ],
)
def test_the_encoding_is_told_by_the_letters_and_named(
    tmp_path: Path, text: str, encoding: str, name: str | None
) -> None:
    path = tmp_path / "all.csv"
    path.write_bytes(text.encode(encoding))
    assert encoding_name(path.name, path.read_bytes()) == name
    header = text.splitlines()[0].split(";")
    assert all(list(row.cells) == header for row in read_rows(path))
    assert encoding_name("ALL.XLSX", b"") is None
