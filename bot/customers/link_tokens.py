"""Signs the numbers of venue links, and finds signed ones in what people send; knows no database."""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from itsdangerous import Signer

_SALT: Final = "paligs venue link"
_SIGNATURE_CHARS: Final = 22
"""Of base64: 132 bits."""
_TOKEN: Final = re.compile(rf"\(?(?<![\w-])v(\d{{1,12}})-([\w-]{{{_SIGNATURE_CHARS}}})(?![\w-])\)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class FoundToken:
    """A message without what looks like a token: `number` is that of the link, None where the signature is not ours."""

    number: int | None
    rest: str


class VenueLinkTokens:
    """Makes and reads tokens; each fits a start link of Telegram (64 of A-Z, a-z, 0-9, _ and -)."""

    def __init__(self, secret: str) -> None:
        self._signer = Signer(secret, salt=_SALT, digest_method=sha256)

    def make(self, number: int) -> str:
        """The token of the link with this number."""
        return f"v{number}-{self._signature(number)}"

    def read(self, token: str) -> int | None:
        """The number of a token; None if it was not made here."""
        match = _TOKEN.fullmatch(token)
        return None if match is None else self._number(match)

    def find(self, text: str) -> FoundToken | None:
        """The token in a message, which is taken out of it; None where nothing looks like one."""
        match = _TOKEN.search(text)
        if match is None:
            return None
        before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
        return FoundToken(number=self._number(match), rest=f"{before} {after}".strip())

    def _number(self, match: re.Match[str]) -> int | None:
        number, signature = int(match[1]), match[2]
        genuine = compare_digest(signature, self._signature(number)) and match[1] == str(number)
        return number if genuine else None

    def _signature(self, number: int) -> str:
        return self._signer.get_signature(str(number)).decode()[:_SIGNATURE_CHARS]
