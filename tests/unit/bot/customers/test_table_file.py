"""Tables as people have them: any separator, any encoding, with or without a sheet; and what is none."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.customers import table_file
from bot.customers.table_file import TableFileError, encoding_name, read_rows

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


def test_what_is_no_table_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, empty, big = tmp_path / "a.xlsx", tmp_path / "b.csv", tmp_path / "c.csv"
    broken.write_bytes(b"PK, not a workbook")
    empty.write_text("\n ; \n")
    big.write_text("name\n" + "x" * 100)
    with pytest.raises(TableFileError, match="Save it again as XLSX"):
        read_rows(broken)
    with pytest.raises(TableFileError, match="first row names the columns"):
        read_rows(empty)
    with pytest.raises(TableFileError, match="No such file"):
        read_rows(tmp_path / "missing.csv")
    monkeypatch.setattr(table_file, "MAX_BYTES", 50)
    with pytest.raises(TableFileError, match="Split the file"):
        read_rows(big)


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("Restorāns;Adrese\nRozengrāls;Rozena iela 1\nĶiploku krogs;Jāņa sēta\n", "cp1257", "Windows-1257"),
        ("Ресторан;Адрес\nРозенгралс;улица Розена 1\n", "cp1251", "Windows-1251"),
        ("Restaurant;Address\nCafe «У реки»;Москва iela 3\n", "cp1251", "Windows-1251"),
        ("Restorāns;Ресторан\n", "utf-8", "UTF-8"),
        ("Restorāns;Ресторан\n", "utf-8-sig", "UTF-8"),
        ("Restorāns;Ресторан\n", "utf-16", "UTF-16"),
        ("Restaurant;Address\n", "ascii", "UTF-8"),
    ],
)
def test_the_encoding_is_told_by_the_letters_and_named(tmp_path: Path, text: str, encoding: str, name: str) -> None:
    path = tmp_path / "all.csv"
    path.write_bytes(text.encode(encoding))
    assert encoding_name(path) == name
    header = text.splitlines()[0].split(";")
    assert all(list(row.cells) == header for row in read_rows(path))
    assert encoding_name(tmp_path / "all.xlsx") is None
