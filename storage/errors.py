"""The errors of this package; every default message says what to do next."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy.exc import DontWrapMixin

from kb.lessons import MAX_LESSON_CHARS, Rejection, RejectionReason


class StorageError(Exception):
    """The database did not do what was asked of it; look at the cause below, fix it and try again.

    StorageError
    ├── DatabaseUrlError   the database URL cannot be used                    permanent
    ├── UnavailableError   busy or out of reach                               trying again can help
    │   ├── DatabaseLockedError    another program writes                     trying again can help
    │   ├── DiskFullError          no space is left                           trying again can help
    │   ├── DatabaseReadOnlyError  the file or its folder cannot be written   trying again can help
    │   ├── DatabaseIOError        the disk fails                             trying again can help
    │   └── DatabaseGoneError      the file was deleted or replaced           trying again can help
    ├── DatabaseDamagedError the file is damaged                              permanent
    ├── SchemaError        tables or columns are missing                      permanent
    ├── NaiveDateTimeError a time without a zone                              permanent
    ├── MigrationError     the schema could not be brought up to date         permanent
    ├── BackupError        no copy was made                                   permanent
    ├── LessonError        these words cannot be taught                       permanent
    ├── EntryDraftError    a draft of an entry cannot be kept as it is        permanent
    └── EntryEditError     an entry was edited or decided meanwhile           permanent
    """

    permanent: bool = True
    """Whether retrying is of no use."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").split("\n\n", maxsplit=1)[0])


class DatabaseUrlError(StorageError):
    """The database URL cannot be used: write sqlite:///data/paligs.db or postgresql://user:password@host:5432/name."""


class UnavailableError(StorageError):
    """The database is busy or out of reach: see that it runs and that nothing else holds it, then try again."""

    permanent = False


class DatabaseLockedError(UnavailableError):
    """The database is locked by another program: end what holds it (a backup, a second paligs), then try again."""


class DiskFullError(UnavailableError):
    """The disk of the database is full: free some space; nothing can be kept until then."""


class DatabaseReadOnlyError(UnavailableError):
    """The database cannot be written: make its file, its folder and its disk writable for the user of this program."""


class DatabaseIOError(UnavailableError):
    """The disk of the database fails to read or write: look at the system's log, and restore a backup elsewhere."""


class DatabaseGoneError(UnavailableError):
    """The database file cannot be opened, or was deleted or replaced: put it back, then start the program again."""


class DatabaseDamagedError(StorageError):
    """The database file is damaged, or no SQLite database: restore a backup, or recover it with sqlite3 .recover."""


class SchemaError(StorageError):
    """The database is not of this program's version: stop the program, run paligs db upgrade, and start it again."""


class NaiveDateTimeError(StorageError, DontWrapMixin):
    """A time without a zone cannot be stored: give an aware one, such as datetime.now(UTC)."""


class MigrationError(StorageError):
    """The database could not be brought up to date and is as it was: restore the program's files or a backup."""


class BackupError(StorageError):
    """No backup was made: choose a file name that is free, in a folder that can be written to."""


_EMPTY_LESSON: Final = Rejection(reason=RejectionReason.EMPTY)


class LessonError(StorageError):
    """These words cannot be taught: write a question as people ask it.

    `rejection` gives the reason, for translation.
    """

    def __init__(self, message: str | None = None, *, rejection: Rejection = _EMPTY_LESSON) -> None:
        super().__init__(message or _REMEDIES[rejection.reason].format(place=rejection.place))
        self.rejection = rejection


class EntryDraftError(StorageError):
    """The draft cannot be kept: fix what is named, and save it again."""


class EntryEditError(StorageError):
    """Somebody has edited or decided this meanwhile, or it needs another agent: look at the entry again."""


_REMEDIES: Final[Mapping[RejectionReason, str]] = MappingProxyType(
    {
        RejectionReason.EMPTY: "There are no words in it: write a question as people ask it.",
        RejectionReason.TOO_LONG: f"It is too long: write it in at most {MAX_LESSON_CHARS} characters.",
        RejectionReason.CONTAINS_CONTACT: "A number, an address or a link stands in it: leave it out.",
        RejectionReason.NO_SUCH_ENTRY: "There is no entry {place}: choose one that is there.",
        RejectionReason.IN_ANOTHER_ENTRY: "It stands under {place} already: take it away there first.",
        RejectionReason.ALREADY_KNOWN: "It stands under {place} already: nothing is left to teach.",
    }
)
