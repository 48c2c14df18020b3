"""Links to a draft: signed, so that nobody can make one, and good for a while only."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from pydantic import TypeAdapter, ValidationError

from kb.model import Language

_SALT: Final = "paligs draft link"
_token_payload: Final = TypeAdapter[tuple[str, Language]](tuple[str, Language])


class DraftLinkError(Exception):
    """The link leads to no draft; ask for a new one in the chat."""

    permanent = True


class DraftLinkInvalid(DraftLinkError):  # noqa: N818 - what is wrong is said by its base
    """The link was not made here, or not copied whole."""


class DraftLinkExpired(DraftLinkError):  # noqa: N818 - as above
    """The link was good once; ask for a new one in the chat."""


@dataclass(frozen=True, kw_only=True)
class DraftReference:
    """What a link stands for."""

    conversation: str
    language: Language


class DraftTokens:
    """Makes and reads the part of the link that stands for a talk."""

    def __init__(self, secret: str, max_age: timedelta) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt=_SALT)
        self._max_age = max_age

    def make(self, conversation_id: str, language: Language) -> str:
        """A token for a talk; good in an address as it is."""
        return self._serializer.dumps([conversation_id, language])

    def read(self, token: str) -> DraftReference:
        """What the token stands for.

        Raises:
            DraftExpired: it is too old.
            DraftInvalid: it is none of ours.
        """
        try:
            found = self._serializer.loads(token, max_age=int(self._max_age.total_seconds()))
            conversation, language = _token_payload.validate_python(found)
        except SignatureExpired as exc:
            raise DraftLinkExpired(DraftLinkExpired.__doc__) from exc
        except (BadData, ValidationError) as exc:
            raise DraftLinkInvalid(DraftLinkInvalid.__doc__) from exc
        return DraftReference(conversation=conversation, language=language)
