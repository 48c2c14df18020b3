"""A database as after a busy year, filled in bulk: so many messages, half of them replies, ten to a talk."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Connection, Engine, Table, insert

from kb.loading.loader import load_knowledge_base
from kb.model import KnowledgeBase
from storage.database.engine import write_transaction
from storage.tables import conversations, daily_counts, handoffs, messages, turns

NOW: Final = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
YEAR: Final = timedelta(days=365)
TURNS_A_TALK: Final = 5
CHANNELS: Final = ("whatsapp", "telegram", "webchat")
BATCH: Final = 20_000


@dataclass(frozen=True, kw_only=True)
class SampleTurn:
    """A message to fill the database with, and what was decided about it."""

    text: str
    language: str
    outcome: str
    act: str
    entry: str | None
    line: str | None


def fill(engine: Engine, count: int, *, seed: int = 1) -> None:
    """So many `count` messages, the newest of them just before NOW."""
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    rows = _RowGenerator(chance, load_knowledge_base(), count // 2)
    with write_transaction(engine) as connection:
        for batch in rows.batches():
            for table, values in batch:
                _insert(connection, table, values)
        _insert(connection, daily_counts, rows.daily())
    with write_transaction(engine) as connection:
        connection.exec_driver_sql("ANALYZE")


class _RowGenerator:
    def __init__(self, chance: random.Random, known: KnowledgeBase, turns_wanted: int) -> None:
        self._chance, self._turns = chance, turns_wanted
        self._waiting: set[int] = set()
        self._talks = max(1, turns_wanted // TURNS_A_TALK)
        self._asked = tuple(_asked(known))
        self._words = tuple({word for one in self._asked for word in one.text.split()})
        self._counts: Counter[tuple[date, str, str, str, str, str]] = Counter()
        self._numbers: Counter[int] = Counter()

    def batches(self) -> Iterator[Sequence[tuple[Table, list[dict[str, Any]]]]]:
        """Talks first, as what hangs on them needs them."""
        first = NOW - YEAR
        for start in range(0, self._talks, BATCH):
            talks = range(start, min(self._talks, start + BATCH))
            yield [(conversations, [self._talk(number, first) for number in talks])]
        for start in range(0, self._turns, BATCH):
            yield self._batch(range(start, min(self._turns, start + BATCH)), first)

    def daily(self) -> list[dict[str, Any]]:
        """What was counted on the way."""
        names = ("day", "channel", "language", "act", "outcome", "entry")
        return [dict(zip(names, key, strict=True)) | {"count": count} for key, count in self._counts.items()]

    def _talk(self, number: int, at: datetime) -> dict[str, Any]:
        channel = CHANNELS[number % len(CHANNELS)]
        return {
            "id": f"{number:032x}",
            "channel": channel,
            "address": f"+3712{number:07}",
            "sender": f"+3712{number:07}",
            "language": ("lv", "ru", "en")[number % 3],
            "created_at": at,
            "last_seen_at": at,
        }

    def _batch(self, numbers: range, first: datetime) -> Sequence[tuple[Table, list[dict[str, Any]]]]:
        decided: list[dict[str, Any]] = []
        said: list[dict[str, Any]] = []
        called: list[tuple[int, int, SampleTurn, datetime]] = []
        for number in numbers:
            at = first + YEAR * (number + 1) / (self._turns + 1)
            # A talk's turns stand near one another, as they do in a year of talks.
            talk = (number // (TURNS_A_TALK * 40) * 40 + number % 40) % self._talks
            asked = self._ask()
            self._numbers[talk] += 1
            self._counts[
                at.date(), CHANNELS[talk % 3], asked.language, asked.act, asked.outcome, asked.entry or ""
            ] += 1
            decided.append(self._turn(number + 1, talk, asked, at))
            said.extend(self._messages(number + 1, talk, asked, at))
            if asked.act in ("critical", "handoff") or self._chance.random() < 0.01:
                called.append((number + 1, talk, asked, at))
        return [(turns, decided), (messages, said), (handoffs, [self._handoff(*call) for call in called])]

    def _ask(self) -> SampleTurn:
        asked = self._chance.choice(self._asked)
        words = [*asked.text.split(), self._chance.choice(self._words)]
        self._chance.shuffle(words)
        text = asked.text if self._chance.random() < 0.5 else " ".join(words)
        luck = self._chance.random()
        if luck < 0.08:
            return SampleTurn(text=text, language=asked.language, outcome="unknown", act="none", entry=None, line=None)
        if luck < 0.16:
            return SampleTurn(
                text=text, language=asked.language, outcome="clarified", act="clarify", entry=None, line=None
            )
        return SampleTurn(**{**asked.__dict__, "text": text})

    def _turn(self, number: int, talk: int, asked: SampleTurn, at: datetime) -> dict[str, Any]:
        candidates = [
            {"entry": one.entry, "confidence": 0.3, "question": one.text, "corrections": ["kase = kasse"]}
            for one in self._chance.choices(self._asked, k=3)
        ]
        trace: dict[str, Any] = {"handler": "topic", "outcome": asked.outcome, "act": asked.act, "entry": asked.entry}
        trace |= {"line": asked.line, "confidence": 0.9, "candidates": candidates, "language": asked.language}
        return {
            "id": number,
            "conversation_id": f"{talk:032x}",
            "number": self._numbers[talk],
            "handler": "fallback" if asked.outcome == "unknown" else "topic",
            "outcome": asked.outcome,
            "act": asked.act,
            "entry": asked.entry,
            "line": asked.line,
            "score": 0.9,
            "language": asked.language,
            "trace": json.dumps(trace, ensure_ascii=False),
            "content_version": "0123456789ab",
            "milliseconds": self._chance.uniform(0.2, 3),
            "created_at": at,
        }

    def _messages(self, turn: int, talk: int, asked: SampleTurn, at: datetime) -> Iterator[dict[str, Any]]:
        both = {"conversation_id": f"{talk:032x}", "turn_id": turn, "created_at": at, "attempts": 0}
        person = {"id": 2 * turn - 1, "side": "person", "text": asked.text, "sent_at": at, "kind": "text"}
        yield both | person | {"provider_id": f"m{turn}", "state": None}
        sent = at + timedelta(seconds=self._chance.uniform(0.1, 4))
        reply = {"id": 2 * turn, "side": "bot", "text": "Atbilde. " * 20, "sent_at": sent, "kind": None}
        yield both | reply | {"provider_id": None, "state": "delivered"}

    def _handoff(self, turn: int, talk: int, asked: SampleTurn, at: datetime) -> dict[str, Any]:
        # Open ones are of the last days only: one of an older talk was closed.
        still = at > NOW - timedelta(days=2) and talk not in self._waiting
        if still:
            self._waiting.add(talk)
        return {
            "conversation_id": f"{talk:032x}",
            "turn_id": turn,
            "line": "technical",
            "reason": "trading_stopped" if asked.act == "critical" else "asked_for_person",
            "state": "open" if still else "closed",
            "closed_reason": None if still else "solved",
            "created_at": at,
            "updated_at": at,
            "closed_at": None if still else at + timedelta(minutes=self._chance.uniform(1, 60)),
        }


def _asked(known: KnowledgeBase) -> Iterator[SampleTurn]:
    for entry, language, text in known.questions():
        yield SampleTurn(
            text=text, language=language, outcome="answered", act=entry.act, entry=entry.id, line=entry.line
        )


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    raw = cast("Any", connection.connection.driver_connection)
    columns = ", ".join(f'"{name}"' for name in names)
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])
    with suppress(KeyError):
        if table.c["id"].autoincrement is True:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"  # noqa: S608
            )
