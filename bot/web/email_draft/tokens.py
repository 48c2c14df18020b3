"""Makes and reads draft links: signed, and valid for a limited time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from pydantic import StringConstraints, TypeAdapter, ValidationError

from kb.model import Language

_SALT: Final = "paligs draft link"
_LanguageCode = Annotated[Language, StringConstraints(pattern=r"^[a-z]{2}$")]
_token_payload: Final = TypeAdapter[tuple[str, Language]](tuple[str, _LanguageCode])


class DraftLinkError(Exception):
    """The link leads to no draft; ask for a new one in the chat."""

    permanent = True


class DraftLinkInvalid(DraftLinkError):  # noqa: N818 - its base carries the suffix
    """The link was not made here, or not copied whole."""


class DraftLinkExpired(DraftLinkError):  # noqa: N818 - as above
    """The link was good once; ask for a new one in the chat."""


@dataclass(frozen=True, kw_only=True)
class DraftReference:
    """The contents of a token."""

    conversation: str
    language: Language


class DraftTokens:
    """Makes and reads tokens of draft links."""

    def __init__(self, secret: str, max_age: timedelta) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt=_SALT)
        self._max_age = max_age

    def make(self, conversation_id: str, language: Language) -> str:
        """A URL-safe token for a conversation."""
        return self._serializer.dumps([conversation_id, language])

    def read(self, token: str) -> DraftReference:
        """The contents of a token.

        Raises:
            DraftLinkExpired: it is too old.
            DraftLinkInvalid: it is none of ours.
        """
        try:
            found = self._serializer.loads(token, max_age=int(self._max_age.total_seconds()))
            conversation, language = _token_payload.validate_python(found)
        except SignatureExpired as exc:
            raise DraftLinkExpired(DraftLinkExpired.__doc__) from exc
        except (BadData, ValidationError) as exc:
            raise DraftLinkInvalid(DraftLinkInvalid.__doc__) from exc
        return DraftReference(conversation=conversation, language=language)
