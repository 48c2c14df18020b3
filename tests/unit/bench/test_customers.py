"""The figures of customers are worth what is looked up: the table is read without a mistake, and each look-up finds its venue."""

from pathlib import Path

from bot.customers.importing.import_plan import plan_import
from bot.customers.importing.table_file import read_rows
from storage.customers import venues
from storage.customers.venues import Venue
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.migrations import upgrade
from tests.bench.customers import DEVICES_EACH, LOOK_UPS, median_times, name_of, write_table
from tests.doubles import NOW

COUNT = 30


def test_each_look_up_finds_the_venue_that_it_is_timed_for(tmp_path: Path) -> None:
    write_table(tmp_path / "all.csv", COUNT)
    plan = plan_import(read_rows(tmp_path / "all.csv"))
    assert plan.problems == ()
    engine = create_database_engine(f"sqlite:///{tmp_path / 'paligs.sqlite3'}")
    upgrade.upgrade(engine)
    with write_transaction(engine) as connection:
        for venue in plan.venues:
            venues.save(connection, venue, NOW)
        assert venues.count(connection) == (COUNT, COUNT * DEVICES_EACH)
    found = {}
    with read_transaction(engine) as connection:
        for title, look_up in LOOK_UPS.items():
            shown = look_up.find(connection, 17)
            first = shown[0] if isinstance(shown, tuple) else shown
            found[title] = first.name if isinstance(first, Venue) else None
    nobody = "of who writes and is not known"
    assert found == {title: None if title == nobody else name_of(17) for title in LOOK_UPS}
    assert all(time >= 0 for time in median_times(engine, LOOK_UPS["fuzzy name"], COUNT, 3))
    engine.dispose()
