"""Runs statements of the hot path: SQLAlchemy writes them once, then the driver gets them with their values."""

from collections import namedtuple
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Statement = Select[Any] | Insert | Update
Converter = Callable[[Any], Any]


class PreparedStatement:
    """A statement that is the same each time but for its values; `in_` with a list cannot stand in it.

    SQLAlchemy takes several times as long over a statement as SQLite does: it looks up its cache, lists parameters and
    types, and wraps the rows. Here that is done once. Values and rows are converted by the types of their columns,
    errors are SQLAlchemy's, and listeners of `before_cursor_execute` hear of it.
    """

    def __init__(self, build: Callable[[str], Statement]) -> None:
        """`build` makes the statement for a dialect of that name, when it is first run on it."""
        self._build = build
        self._compiled: dict[str, _CompiledStatement] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Run it in the transaction of `connection`; the number of rows it changed. `values` has the same keys always.

        Raises:
            DBAPIError: as `Connection.execute`.
        """
        return int(self._execute(connection, values, _row_count))

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Run it as `run`; its first row, with fields of the columns' names, None if there is none.

        Raises:
            DBAPIError: as `Connection.execute`.
        """
        row = self._execute(connection, values, _first_row)
        return None if row is None else self._compiled[connection.dialect.name].row(row)

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Run it as `run`; its rows as those of `first`.

        Raises:
            DBAPIError: as `Connection.execute`.
        """
        rows = self._execute(connection, values, _all_rows)
        return [self._compiled[connection.dialect.name].row(row) for row in rows]

    def _execute(self, connection: Connection, values: Mapping[str, Any], result: Callable[[Any], Any]) -> Any:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _CompiledStatement(self._build(dialect.name), dialect, values)
        cursor, parameters = connection.connection.cursor(), compiled.parameters(values)
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, cursor, compiled.sql, parameters, None, False)
        try:
            cursor.execute(compiled.sql, parameters)
            return result(cursor)
        except dialect.loaded_dbapi.Error as exc:
            raise _sqlalchemy_error(connection, compiled.sql, exc) from exc
        finally:
            cursor.close()


class _CompiledStatement:
    """The text for one dialect, and how its values and rows are converted."""

    def __init__(self, statement: Statement, dialect: Dialect, values: Mapping[str, Any]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(values))
        self.sql = str(compiled)
        self._is_positional = compiled.positional
        names = list((compiled.positiontup if compiled.positional else compiled.params) or ())
        converters = {name: _to_driver(compiled.binds[name].type, dialect) for name in names}
        # What is not given each time is part of the statement.
        self._constants = {
            name: value if (convert := converters[name]) is None else convert(value)
            for name, value in compiled.params.items()
            if name not in values
        }
        self._names = names
        self._pick: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*names, names[0])
        self._converted = tuple(
            (place, convert)
            for place, name in enumerate(names)
            if name in values and (convert := converters[name]) is not None
        )
        columns = tuple(statement.exported_columns)
        row: Any = namedtuple("Row", [str(column.name) for column in columns])  # type: ignore[misc]
        self._make_row: Converter = row._make
        self._from_driver = tuple(
            (place, convert)
            for place, column in enumerate(columns)
            if (convert := _from_driver(column.type, dialect)) is not None
        )

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """What the driver gets; None is NULL, whatever the type of its column."""
        *found, _ = self._pick(values if not self._constants else {**self._constants, **values})
        for place, convert in self._converted:
            value = found[place]
            if value is not None:
                found[place] = convert(value)
        return tuple(found) if self._is_positional else dict(zip(self._names, found, strict=True))

    def row(self, found: tuple[Any, ...]) -> Any:
        """A row as its columns' types tell it."""
        if not self._from_driver:
            return self._make_row(found)
        converted = list(found)
        for place, convert in self._from_driver:
            converted[place] = convert(converted[place])
        return self._make_row(converted)


def _row_count(cursor: Any) -> int:
    return int(cursor.rowcount)


def _first_row(cursor: Any) -> Any:
    return cursor.fetchone()


def _all_rows(cursor: Any) -> Any:
    return cursor.fetchall()


def _to_driver(column_type: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    return column_type.dialect_impl(dialect).bind_processor(dialect)


def _from_driver(column_type: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    return column_type.dialect_impl(dialect).result_processor(dialect, None)


def _sqlalchemy_error(connection: Connection, sql: str, error: Any) -> Exception:
    """As SQLAlchemy would raise it, without the parameters, which hold what people wrote."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if is_lost:
        connection.invalidate(error)
    wrapped: Exception = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    )
    return wrapped
