"""Output of the command line: one message for each known error, progress on a terminal only."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.settings import SettingsError
from kb.loading.content_error import ContentError
from storage.errors import StorageError

Item = TypeVar("Item")

stderr = Console(stderr=True)


@contextmanager
def exit_on_known_errors() -> Iterator[None]:
    """Turn a known error into its message and exit status 2."""
    try:
        yield
    except (ContentError, SettingsError, StorageError, FileError) as exc:
        stderr.print(str(exc), markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


class FileError(Exception):
    """The file cannot be read; check its name and that you may read it."""


@contextmanager
def status_line(label: str) -> Iterator[None]:
    """Show on a terminal what is taking time."""
    if not stderr.is_terminal:
        yield
        return
    with stderr.status(label):
        yield


def progress(items: Iterable[Item], *, total: int | None, label: str) -> Iterator[Item]:
    """`items`, with a progress bar on stderr if that is a terminal and the output is not."""
    if not stderr.is_terminal or sys.stdout.isatty():
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True) as bar:
        yield from bar.track(items, total=total, description=label)
