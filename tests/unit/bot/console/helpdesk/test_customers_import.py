"""A table of customers comes in through the console: previewed with every mistake, then stored; by admins alone."""

import io
import re
import zlib
from base64 import b64encode
from http import HTTPStatus

import pytest
from aiohttp import ClientResponse, FormData
from openpyxl import Workbook

from bot.console import Section
from bot.console.customers.import_page import UPLOAD_LIMITS, CustomerImportView
from bot.console.customers.venue_list import VenueListView
from bot.customers.importing.packed_rows import PackedRowsError, pack_rows, unpack_rows
from bot.customers.importing.table_file import OWN_FILES, TableLimits, parse_rows
from kb.model import Language
from storage.customers import venues
from storage.customers.venues import Venue
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from tests.doubles import NOW
from tests.unit.bot.console.conftest import ConsoleBrowser, ConsoleFixture, OpenBrowser, ServeConsole, sections

TABLE = (
    "Restorāns;Adrese;Tālrunis;Kase\nRozengrāls;Rozena 1;29111222;Kase 1\nrozengrāls;rozena 1;;Kase 2\nVīnkalni;;abc;\n"
    "Jaunais;;;\n"
)
LIMITS = TableLimits(file_bytes=20_000, unpacked_bytes=200_000, rows=400)


def pages(desk: ConsoleFixture, limits: TableLimits) -> tuple[Section, ...]:
    """The import, where it leads, and the console's own."""
    return (
        CustomerImportView(desk.transactions, limits).section(),
        VenueListView(desk.transactions).section(),
        *sections(desk),
    )


@pytest.fixture
async def opens(desk: ConsoleFixture, put_up: ServeConsole) -> OpenBrowser:
    return await put_up(pages(desk, LIMITS))


@pytest.fixture
async def ada(opens: OpenBrowser) -> ConsoleBrowser:
    return await opens("ada")


async def upload(
    browser: ConsoleBrowser,
    data: bytes,
    name: str = "klienti.csv",
    *,
    path: str = "/customers/import",
    csrf: str | None = None,
    origin: str | None = None,
) -> ClientResponse:
    form = FormData(quote_fields=False)
    form.add_field("csrf", await browser.token() if csrf is None else csrf)
    form.add_field("file", io.BytesIO(data), filename=name, content_type="application/octet-stream")
    headers = {"Origin": origin or browser.origin, "Sec-Fetch-Site": "same-origin"}
    return await browser.client.post(f"/console{path}", data=form, headers=headers, allow_redirects=False)


def packed_in(page: str) -> str:
    found = re.search(r'name="rows" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def stored(desk: ConsoleFixture) -> list[Venue]:
    with engine.read_transaction(desk.database) as connection:
        return list(venues.list_venues(connection))


async def test_a_file_is_previewed_with_each_mistake_and_stored_once_it_is_confirmed(
    desk: ConsoleFixture, ada: ConsoleBrowser
) -> None:
    with engine.write_transaction(desk.database) as connection:
        venues.save(connection, Venue(name="Jaunais"), NOW)
        venues.save(connection, Venue(name="Rozengrāls", address="Rozena 1"), NOW)
    answer = await upload(ada, TABLE.encode("cp1257"), r"C:\Users\Ieva\<b>klienti</b>.csv")
    page = await answer.text()
    assert answer.status == HTTPStatus.OK
    assert "4. rinda: abc nav tālruņa numurs. Rakstiet astoņus ciparus vai + un valsts kodu." in page
    for told in ("pievienos: 0", "mainīs: 1", "bez izmaiņām: 1", "izlaistas rindas: 1", "Windows-1257"):
        assert told in page, told
    assert "Ieva" not in page, "the folders of whoever sends it stay theirs"
    assert "&lt;b&gt;" not in page
    assert "+37129111222" in page
    assert stored(desk)[1].devices == (), "nothing is stored by looking"
    assert desk.audit_records(AuditEvent.VENUES_IMPORTED) == []

    done = await ada.post("/customers/import/store", {"rows": packed_in(page)})
    assert "Ielasīts. Pievienotas: 0, mainītas: 1, bez izmaiņām: 1." in await done.text()
    (rose,) = [one for one in stored(desk) if one.devices]
    assert ([device.name for device in rose.devices], rose.phones) == (["Kase 1", "Kase 2"], ("+37129111222",))
    (record,) = desk.audit_records(AuditEvent.VENUES_IMPORTED)
    assert (record.agent, record.subject) == ("ada", "2")
    again = await (await upload(ada, TABLE.encode())).text()
    assert "nav nekā jauna" in again
    assert 'name="rows"' not in again
    assert "ielasīja vietu tabulu" in await ada.text("/audit")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("lv", "604. rinda: Trūkst vietas nosaukuma. Ierakstiet to vai izdzēsiet rindu."),
        ("ru", "Строка 604: Нет названия заведения. Впишите его или удалите строку."),
        ("en", "Row 604: The venue&#39;s name is missing. Write it, or delete the row."),
    ],
)
async def test_a_workbook_of_three_hundred_is_read_in_the_agents_language(
    desk: ConsoleFixture, put_up: ServeConsole, language: Language, told: str
) -> None:
    ada = await (await put_up(pages(desk, UPLOAD_LIMITS)))("ada")
    await ada.post("/language", {"language": language})
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Ресторан", "Телефон", "Касса"])
    sheet.append([None, None, None])
    for number in range(300):
        sheet.append([f"Кафе {number}", 20000000.0 + number, "Касса 1"])
        sheet.append([f" КАФЕ  {number}", None, "Касса 2"])
    sheet.append(["Без номера", "двадцать", None])
    sheet.append([None, 20000999, None])
    data = io.BytesIO()
    book.save(data)
    page = await (await upload(ada, data.getvalue(), "VISI.XLSX")).text()
    assert told in page
    assert "двадцать" in page
    await ada.post("/customers/import/store", {"rows": packed_in(page)})
    assert len(stored(desk)) == 300


async def test_what_is_no_table_or_too_large_is_told_beside_the_form(desk: ConsoleFixture, ada: ConsoleBrowser) -> None:
    for data, name, told in (
        (b"", "tukss.csv", "tukss.csv: tukšs."),
        (b"PK nothing", "a.xlsx", "nav Excel darbgrāmata"),
        (b"name\n" + b"x" * 30_000, "liels.csv", "lielāks par"),
        (b"name\n" + b"A\n" * 401, "gars.csv", "vairāk par 400 rindām"),
    ):
        answer = await upload(ada, data, name)
        assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
        assert told in await answer.text(), told
    none = await ada.post("/customers/import", {})
    assert (none.status, "Vispirms izvēlieties failu." in await none.text()) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    huge = await upload(ada, b"x" * 7_000_000)
    assert huge.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert stored(desk) == []


async def test_an_agent_may_not_import_and_does_not_see_where(desk: ConsoleFixture, opens: OpenBrowser) -> None:
    otto = await opens("otto")
    assert (await otto.get("/customers/import")).status == HTTPStatus.FORBIDDEN
    assert (await upload(otto, TABLE.encode())).status == HTTPStatus.FORBIDDEN
    packed = pack_rows(parse_rows("a.csv", TABLE.encode(), OWN_FILES))
    assert (await otto.post("/customers/import/store", {"rows": packed})).status == HTTPStatus.FORBIDDEN
    assert "/customers/import" not in await otto.text("/customers")
    assert "/customers/import" in await (await opens("ada")).text("/customers")
    stranger = await opens()
    assert (await upload(stranger, TABLE.encode())).status == HTTPStatus.UNAUTHORIZED
    assert stored(desk) == []
    assert [one.agent for one in desk.audit_records(AuditEvent.REFUSED)] == ["otto"] * 3


async def test_a_file_from_another_page_is_not_taken(desk: ConsoleFixture, ada: ConsoleBrowser) -> None:
    assert (await upload(ada, TABLE.encode(), csrf="guessed")).status == HTTPStatus.FORBIDDEN
    assert (await upload(ada, TABLE.encode(), csrf="")).status == HTTPStatus.FORBIDDEN
    assert (await upload(ada, TABLE.encode(), origin="https://evil.example")).status == HTTPStatus.FORBIDDEN
    assert stored(desk) == []


@pytest.mark.parametrize("path", ["/customers/import/store", "/customers", "/language"])
async def test_no_other_page_takes_a_file(ada: ConsoleBrowser, path: str) -> None:
    assert (await upload(ada, b"x", path=path)).status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def packed(told: bytes) -> str:
    return b64encode(zlib.compress(told)).decode()


@pytest.mark.parametrize(
    "rows",
    ["", "?", "AAAA", packed(b"{}")[:-4], packed(b"5"), packed(b"[[1]]"), packed(b'[["a", {}]]'), packed(b"\xff")],
)
async def test_a_confirmation_that_holds_no_rows_stores_nothing(
    desk: ConsoleFixture, ada: ConsoleBrowser, rows: str
) -> None:
    answer = await ada.post("/customers/import/store", {"rows": rows})
    assert (answer.status, "vēlreiz" in await answer.text()) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    assert stored(desk) == []


def test_rows_that_unpack_to_more_than_they_may_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = parse_rows("a.csv", TABLE.encode(), OWN_FILES)
    assert unpack_rows(pack_rows(rows)) == rows
    monkeypatch.setattr("bot.customers.importing.packed_rows.MAX_UNPACKED_BYTES", 50)
    with pytest.raises(PackedRowsError, match="read the file again"):
        unpack_rows(pack_rows(rows))
