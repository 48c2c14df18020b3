"""How a database means to find its rows: statements noted as they run, explained, and searched for scans."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, event, text

LARGE: Final = frozenset({"conversations", "messages", "turns", "sessions", "handoffs", "parked"})
"""The tables that grow with every person or message."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """As the driver got it."""

    sql: str
    parameters: Any


@contextmanager
def recorded_statements(engine: Engine) -> Iterator[list[Statement]]:
    """Every statement that runs on this engine within the block, each wording once."""
    seen = dict[str, Statement]()

    def note(_connection: Connection, _cursor: object, sql: str, parameters: Any, *_rest: object) -> None:
        if sql.split(maxsplit=1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            seen.setdefault(sql, Statement(sql=sql, parameters=parameters))

    statements = list[Statement]()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
        statements.extend(seen.values())


def full_scans(connection: Connection, statement: Statement, tables: Collection[str] = LARGE) -> list[str]:
    """Where one of these tables, or the whole of an index of one, would be read through; a partial index may be."""
    read_through = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    return list(read_through(connection, statement, tables))


def _sqlite(connection: Connection, statement: Statement, tables: Collection[str]) -> Iterator[str]:
    partial = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"))
    few = set(partial)
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters):
        # SCAN messages | SCAN messages USING [COVERING] INDEX name
        step = str(row[3]).split()
        if step[0] == "SCAN" and step[1] in tables and step[-1] not in few:
            yield " ".join(step)


def _postgresql(connection: Connection, statement: Statement, tables: Collection[str]) -> Iterator[str]:
    rows = connection.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"))
    made = {str(row.indexname): str(row.indexdef) for row in rows}
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.parameters).scalar_one()
    for node in _nodes(plan[0]["Plan"]):
        index = made.get(node.get("Index Name", ""))
        whole = node["Node Type"] == "Seq Scan" and node["Relation Name"] in tables
        if whole or (index is not None and " WHERE " not in index and not _narrowed(index, node)):
            yield f"{node['Node Type']} {node.get('Relation Name', '')} {node.get('Index Name', '')}".strip()


def _narrowed(index: str, node: dict[str, Any]) -> bool:
    """Whether the first column of the index is looked for: by a later one the whole index would be read."""
    first = index.partition("(")[2].partition(")")[0].partition(",")[0]
    return first in node.get("Index Cond", "")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
