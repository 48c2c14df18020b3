"""Times what the helpdesk's pages ask of a database with a million messages: python -m tests.bench.console_pages

[--messages N] [--rounds N] [--plans] [sqlite] [postgresql]
"""

import argparse
import gc
import statistics
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from sqlalchemy import Connection, Engine, event

from storage import figures, months, search, transcript, unanswered, waiting
from storage.engine import reading, writing
from storage.search import Wanted
from tests.bench.console_database import NOW, fill
from tests.bench.console_servers import database

LIMIT_MILLISECONDS: Final = 300
DAY: Final = timedelta(days=1)

Question = Callable[[Connection], object]

QUESTIONS: Final[Mapping[str, Question]] = {
    "now": waiting.waiting,
    "conversations": lambda c: search.search(c, Wanted()),
    "conversations, far back": lambda c: search.search(c, Wanted(), before=250_000),
    "conversations, a day": lambda c: search.search(c, Wanted(since=NOW - 90 * DAY, until=NOW - 89 * DAY)),
    "conversations, rare": lambda c: search.search(c, Wanted(act="critical", language="ru", channel="telegram")),
    "conversations, none such": lambda c: search.search(c, Wanted(act="nothing")),
    "conversations, handed off": lambda c: search.search(c, Wanted(handed_off=True, channel="webchat")),
    "conversations, words": lambda c: search.search(c, Wanted(says=lambda words: "kas" in words)),
    "conversations, no such words": lambda c: search.search(c, Wanted(says=lambda words: "zzz" in words)),
    "transcript": lambda c: transcript.transcript(c, f"{123:032x}"),
    "unanswered, 30 days": lambda c: unanswered.newest(c, NOW, NOW - 30 * DAY, waits=timedelta(minutes=30)),
    "figures, 30 days": lambda c: figures.by_days(c, (NOW - 30 * DAY).date(), NOW.date()),
    "figures, 90 days": lambda c: figures.by_days(c, (NOW - 90 * DAY).date(), NOW.date()),
    "figures, a year": lambda c: figures.by_months(c, (NOW - 365 * DAY).date(), NOW.date()),
    "times, 30 days": lambda c: figures.times(c, NOW - 30 * DAY, NOW),
    "times, a year": lambda c: figures.times(c, NOW - 365 * DAY, NOW),
    "hand-offs, a year": lambda c: figures.handed_off(c, NOW - 365 * DAY, NOW),
}


def main() -> None:
    """Fills a database of each kind and times every question; fails where one takes too long."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plans", action="store_true")
    given = parser.parse_args()
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in given.kinds:
            with database(kind, Path(folder)) as engine:
                start = perf_counter()
                fill(engine, given.messages)
                _say(f"\n{kind}: {given.messages:,} messages, filled in {perf_counter() - start:.0f} s")
                start = perf_counter()
                with writing(engine) as connection:
                    months.add_up(connection, NOW.date())
                _say(f"  a year of months added up, once: {(perf_counter() - start) * 1000:.0f} ms")
                slow += sum(_timed(engine, name, given.rounds) > LIMIT_MILLISECONDS for name in QUESTIONS)
                if given.plans:
                    _plans(engine)
    raise SystemExit(1 if slow else 0)


def _timed(engine: Engine, name: str, rounds: int) -> float:
    took = []
    for _ in range(rounds):
        gc.collect()
        start = perf_counter()
        with reading(engine) as connection:
            QUESTIONS[name](connection)
        took.append((perf_counter() - start) * 1000)
    worst = max(took)
    _say(f"  {name:32} median {statistics.median(took):7.1f} ms   worst {worst:7.1f} ms")
    return worst


def _plans(engine: Engine) -> None:
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, COSTS OFF)"
    for name, question in QUESTIONS.items():
        asked: list[tuple[str, object]] = []

        def note(_c: object, _cursor: object, statement: str, given: object, *_: object) -> None:
            if statement.startswith("SELECT"):
                asked.append((statement, given))  # noqa: B023 - taken away again below

        with reading(engine) as connection:
            event.listen(engine, "before_cursor_execute", note)
            question(connection)
            event.remove(engine, "before_cursor_execute", note)
            _say(f"\n{engine.dialect.name}: {name}")
            for statement, values in asked[:4]:
                _say(f"  {' '.join(statement.split())[:160]}")
                for row in connection.exec_driver_sql(f"{explain} {statement}", values):  # type: ignore[arg-type]
                    _say(f"    {row[-1]}")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    main()
