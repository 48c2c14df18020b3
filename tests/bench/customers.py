"""Times the customers, 5,000 venues with 20,000 devices: python -m tests.bench.customers [--venues N] [--rounds N]

The table is imported by the command line, with its progress, as an office would do it; then venues are looked up by number, by
name however it is spelt and by whole sentences. What is over a limit is said, and makes it fail.
"""

import argparse
import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from sqlalchemy import Connection, Engine

from bot.customers import venue_search
from storage.customers import recognition, venues
from storage.customers.venues import KeyKind
from storage.database.engine import create_database_engine, read_transaction
from storage.migrations import upgrade

IMPORT_SECONDS: Final = 30.0
BY_NUMBER_MILLISECONDS: Final = 5.0
BY_NAME_MILLISECONDS: Final = 20.0
DEVICES_EACH: Final = 4
_FIRST: Final = ("Rozen", "Vīn", "Kalna", "Upes", "Vecā", "Zelta", "Baltā", "Mazais", "Ozola", "Jūras", "Saules", "Pie")
_SECOND: Final = ("grāls", "kalni", "krogs", "sēta", "nams", "zvaigzne", "stūris", "virtuve", "pagrabs", "terase")
_HEADER: Final = ("venue", "address", "aliases", "phones", "telegram", "till", "model", "fiscal number", "place")


@dataclass(frozen=True, kw_only=True)
class LookUp:
    """One way to find a venue, and how long it may take."""

    limit_milliseconds: float
    find: Callable[[Connection, int], object]


LOOK_UPS: Final[Mapping[str, LookUp]] = {
    "venue of a number": LookUp(
        limit_milliseconds=BY_NUMBER_MILLISECONDS,
        find=lambda connection, number: venues.find(connection, KeyKind.PHONE, phone_of(number)),
    ),
    "who is calling, as it is typed": LookUp(
        limit_milliseconds=BY_NUMBER_MILLISECONDS,
        find=lambda connection, number: venue_search.by_number(connection, f"00371 {phone_of(number)[4:]}"),
    ),
    "of who writes, known by number": LookUp(
        limit_milliseconds=BY_NUMBER_MILLISECONDS,
        find=lambda connection, number: recognition.recognize(
            connection, sender=f"whatsapp:{phone_of(number)}", address="x"
        ),
    ),
    "of who writes and is not known": LookUp(
        limit_milliseconds=BY_NUMBER_MILLISECONDS,
        find=lambda connection, number: recognition.recognize(connection, sender=f"visitor {number}", address="x"),
    ),
    "fuzzy name": LookUp(
        limit_milliseconds=BY_NAME_MILLISECONDS,
        find=lambda connection, number: venue_search.by_name(connection, misspelt(name_of(number))),
    ),
    "search of the console": LookUp(
        limit_milliseconds=BY_NAME_MILLISECONDS,
        find=lambda connection, number: venue_search.search(connection, misspelt(name_of(number))),
    ),
    "guess from two sentences": LookUp(
        limit_milliseconds=BY_NAME_MILLISECONDS,
        find=lambda connection, number: venue_search.guess(
            connection, (f"Labdien, te {name_of(number)}. Kase neiet un nevaram tirgot, ko darīt?",)
        ),
    ),
}


def phone_of(number: int) -> str:
    """The phone of the venue with this number."""
    return f"+3712{number:07}"


def name_of(number: int) -> str:
    """Its name."""
    first, second = number % len(_FIRST), number // len(_FIRST) % len(_SECOND)
    return f"{_FIRST[first]}{_SECOND[second]} {number // (len(_FIRST) * len(_SECOND)) + 1}"


def misspelt(name: str) -> str:
    """As somebody in a hurry types it."""
    return name.translate(str.maketrans("āčēģīķļņšūž", "acegiklnsuz")).lower()


def write_table(path: Path, count: int) -> None:
    """A row for each device."""
    with path.open("w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output, delimiter=";")
        writer.writerow(_HEADER)
        for number in range(count):
            venue = (name_of(number), f"Brīvības iela {number}", f"Vieta{number}", phone_of(number), f"@venue{number}")
            for till in range(1, DEVICES_EACH + 1):
                device = (f"Kase {till}", "HP Engage", f"LV{number:05}{till}", "bārs")
                writer.writerow((*(venue if till == 1 else (*venue[:2], "", "", "")), *device))


def import_seconds(folder: Path, table: Path) -> float:
    """Imports the table as the command line does."""
    command = [sys.executable, "-m", "bot", "customers", "import", str(table)]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'paligs.sqlite3'}"}
    start = perf_counter()
    subprocess.run(command, env=environment, check=True)
    return perf_counter() - start


def median_times(engine: Engine, look_up: LookUp, count: int, rounds: int) -> tuple[float, float]:
    """The median by the clock, and the median of processor time, in milliseconds."""
    chosen = random.Random(7)  # noqa: S311 - the same venues in every run
    took, worked = [], []
    with read_transaction(engine) as connection:
        look_up.find(connection, 0)
        for _ in range(rounds):
            number = chosen.randrange(count)
            start, at_work = perf_counter(), process_time()
            look_up.find(connection, number)
            took.append((perf_counter() - start) * 1000)
            worked.append((process_time() - at_work) * 1000)
    return statistics.median(took), statistics.median(worked)


def main() -> None:
    """Imports, looks up, and fails where something takes too long."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--venues", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = create_database_engine(f"sqlite:///{folder / 'paligs.sqlite3'}")
        upgrade.upgrade(engine)
        write_table(folder / "all.csv", given.venues)
        slow = _timed_imports(folder)
        with read_transaction(engine) as connection:
            _print_line(f"  stored: {venues.count(connection)[0]:,} venues, {venues.count(connection)[1]:,} devices")
        for title, look_up in LOOK_UPS.items():
            median, at_work = median_times(engine, look_up, given.venues, given.rounds)
            slow += at_work > look_up.limit_milliseconds
            _print_line(
                f"  {title:34} median {median:6.2f} ms   at work {at_work:6.2f} ms   limit {look_up.limit_milliseconds:.0f} ms"
            )
        engine.dispose()
    raise SystemExit(1 if slow else 0)


def _timed_imports(folder: Path) -> int:
    slow = 0
    for title in ("import", "the same table again"):
        seconds = import_seconds(folder, folder / "all.csv")
        slow += seconds > IMPORT_SECONDS
        _print_line(f"  {title:34} {seconds:6.1f} s   limit {IMPORT_SECONDS:.0f} s")
    return slow


def _print_line(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    main()
