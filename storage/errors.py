"""What can go wrong in this room; every default message says what to do next."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy.exc import DontWrapMixin

from kb.lessons import MAX_LESSON_CHARS, Rejection, RejectionReason


class StorageError(Exception):
    """The database did not do what was asked of it; look at the cause below, mend it and try again.

    StorageError
    ├── AddressError       the database URL cannot be used                    permanent
    ├── UnavailableError   busy or out of reach                               trying again can help
    ├── SchemaError        tables or columns are missing                      permanent
    ├── MomentError        a time without a zone                              permanent
    ├── MigrationError     the schema could not be brought up to date         permanent
    ├── BackupError        no copy was made                                   permanent
    ├── LessonError        these words cannot be taught                       permanent
    └── DraftError         a draft of an entry cannot be kept as it is        permanent
    """

    permanent: bool = True
    """Whether trying again is of no use."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").split("\n\n", maxsplit=1)[0])


class DatabaseUrlError(StorageError):
    """The database URL cannot be used: write sqlite:///data/paligs.db or postgresql://user:password@host:5432/name."""


class UnavailableError(StorageError):
    """The database is busy or out of reach: see that it runs and that nothing else holds it, then try again."""

    permanent = False


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

    `refused` says why, for who says it in another language.
    """

    def __init__(self, message: str | None = None, *, rejection: Rejection = _EMPTY_LESSON) -> None:
        super().__init__(message or _REMEDIES[rejection.reason].format(place=rejection.place))
        self.rejection = rejection


class EntryDraftError(StorageError):
    """The draft cannot be kept: mend what is named, and save it again."""


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
