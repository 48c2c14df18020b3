"""Venues on both databases: stored once, recognized by what is sure, found by what is typed, forgotten with a person."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.customers import venue_search
from bot.customers.export_file import write_csv
from bot.customers.importing.import_plan import plan_import
from bot.customers.importing.table_file import read_rows
from storage import personal_data
from storage.customers import recognition, venue_import, venues
from storage.customers.recognition import PersonKeys
from storage.customers.venues import Device, SaveResult, Venue
from storage.database.engine import read_transaction, write_transaction
from tests.contract.talks import NOW, said, take_in

ROSE = Venue(
    name="Rozengrāls",
    address="Rozena iela 1",
    contract="A-17",
    note="=cmd",
    aliases=("Roze",),
    phones=("+37129111222",),
    accounts=("4711",),
    groups=("-100200",),
    devices=(Device(name="Kase 1", model="HP", fiscal_number="LV0001", place="bārs"), Device(name="Kase 2")),
)
VINE = Venue(name="Vīnkalni", phones=("+37126000000",), groups=("-100200",))


@pytest.fixture
def stored(engine: Engine) -> Engine:
    with write_transaction(engine) as connection:
        assert [venues.save(connection, one, NOW) for one in (ROSE, VINE)] == [SaveResult.ADDED, SaveResult.ADDED]
    return engine


def test_a_venue_that_comes_again_is_replaced_and_never_doubled(stored: Engine) -> None:
    more = replace(ROSE, address=" rozena  IELA 1", contract=None, devices=(Device(name="Kase 3"),))
    with write_transaction(stored) as connection:
        assert venues.save(connection, VINE, NOW) is SaveResult.UNCHANGED
        assert venues.save(connection, more, NOW) is SaveResult.CHANGED
        assert venues.count(connection) == (2, 1)
        first, second = venues.list_venues(connection)
        assert (first.contract, [device.name for device in first.devices]) == (None, ["Kase 3"])
        assert venues.list_venues(connection, after=first.folded) == (second,)
        assert venues.remove(connection, first.id)
        assert not venues.remove(connection, first.id)
        assert venues.count(connection) == (1, 0)
        assert venues.get(connection, first.id) is None


def test_what_an_import_would_do_is_told_without_doing_it(stored: Engine) -> None:
    wanted = (replace(ROSE, phones=(*ROSE.phones, "+37129000000")), VINE, Venue(name="Jauns"))
    with read_transaction(stored) as connection:
        told = venue_import.compare(connection, wanted)
        assert venues.count(connection)[0] == 2
    assert told == (SaveResult.CHANGED, SaveResult.UNCHANGED, SaveResult.ADDED)
    with write_transaction(stored) as connection:
        assert tuple(venues.save(connection, one, NOW) for one in wanted) == told


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (100, [100]), (250, [100, 100, 50])])
def test_many_venues_are_stored_in_batches(count: int, sizes: list[int]) -> None:
    assert [len(batch) for batch in venue_import.in_batches([VINE] * count)] == sizes


@pytest.mark.parametrize(
    ("sender", "address", "name"),
    [
        ("whatsapp:+37129111222", "whatsapp:+37129111222", "Rozengrāls"),
        ("4711", "4711", "Rozengrāls"),
        ("whatsapp:+37126000000", "-100200", "Vīnkalni"),
        ("1", "-100200", None),
        ("1", "1", None),
    ],
)
def test_who_writes_is_recognized_by_what_is_sure(stored: Engine, sender: str, address: str, name: str | None) -> None:
    with read_transaction(stored) as connection:
        found = recognition.recognize(connection, sender=sender, address=address)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("29 111 222", ["Rozengrāls"]),
        ("+37126000000", ["Vīnkalni"]),
        ("rozengrals", ["Rozengrāls"]),
        ("розенгралс", ["Rozengrāls"]),
        ("roze", ["Rozengrāls"]),
        ("vinkalni", ["Vīnkalni"]),
        ("McDonalds", []),
        ("?!", []),
    ],
)
def test_a_venue_is_found_by_number_or_name_however_it_is_spelt(stored: Engine, words: str, found: list[str]) -> None:
    with read_transaction(stored) as connection:
        assert [venue.name for venue in venue_search.search(connection, words)] == found


def test_a_venue_is_found_by_the_fiscal_number_of_its_till(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        venues.save(connection, replace(ROSE, devices=(Device(name="Kase", fiscal_number="1234567"),)), NOW)
        assert [venue.name for venue in venue_search.search(connection, "FR 1234567")] == ["Rozengrāls"]


def test_what_is_exported_is_imported_without_a_change(stored: Engine, tmp_path: Path) -> None:
    output = io.StringIO()
    with read_transaction(stored) as connection:
        write_csv(venues.list_venues(connection), output)
    assert "'=cmd" in output.getvalue(), "no cell is a formula"
    (tmp_path / "all.csv").write_text(output.getvalue().replace("'=cmd", "=cmd"), encoding="utf-8")
    plan = plan_import(read_rows(tmp_path / "all.csv"))
    assert plan.problems == ()
    with write_transaction(stored) as connection:
        assert {venues.save(connection, venue, NOW) for venue in plan.venues} == {SaveResult.UNCHANGED}


def test_a_person_is_exported_and_forgotten_with_their_account(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Labdien"))
    with write_transaction(engine) as connection:
        venues.save(connection, replace(ROSE, accounts=(talk.sender, "other")), NOW)
        assert "Rozengrāls" in json.dumps(personal_data.export(connection, [talk]), ensure_ascii=False)
        personal_data.erase(connection, [talk])
        (rose,) = venues.list_venues(connection)
        assert rose.accounts == ("other",)
        assert rose.phones == ROSE.phones


def test_many_people_are_recognized_as_each_of_them_is(stored: Engine) -> None:
    people = [
        PersonKeys(sender, address, username, venue_id)
        for sender in ("whatsapp:+37129111222", "+37126000000", "4711", "x")
        for address in ("x", "-100200")
        for username in (None, "4711")
        for venue_id in (None, 2)
    ]
    with read_transaction(stored) as connection:
        alone = [
            recognition.recognize(
                connection, sender=one.sender, address=one.address, username=one.username, venue_id=one.venue_id
            )
            for one in people
        ]
        together = recognition.recognize_all(connection, people)
    assert together == tuple(None if venue is None else venue.id for venue in alone)
    assert {None, 1, 2} == set(together)
