"""Output of the command line: one message for each known error, progress on a terminal only."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


@contextmanager
def exit_on_known_errors() -> Iterator[None]:
    """Turn a known error into its message and exit status 2."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as exc:
        if not _is_known(exc):
            raise
        sys.stderr.write(f"{exc}\n")
        sys.exit(2)


def _is_known(exc: Exception) -> bool:
    # Imported where something has failed: most commands need none of this.
    from bot.settings import SettingsError
    from kb.loading.content_error import ContentError
    from storage.errors import StorageError

    return isinstance(exc, (ContentError, SettingsError, StorageError, FileError))


class FileError(Exception):
    """The file cannot be read; check its name and that you may read it."""


@contextmanager
def status_line(label: str) -> Iterator[None]:
    """Show on a terminal what is taking time."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(label):
        yield


def progress(items: Iterable[Item], *, total: int | None, label: str) -> Iterator[Item]:
    """`items`, with a progress bar on stderr if that is a terminal and the output is not."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield from bar.track(items, total=total, description=label)
