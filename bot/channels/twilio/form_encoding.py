"""Forms as Twilio's API takes them and its webhooks send them; as urllib has it, in a fraction of its time."""

import re
from binascii import unhexlify
from collections.abc import Mapping
from typing import Final

_ESCAPED: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")
_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-")
_QUOTED: Final = tuple(
    bytes((byte,)) if byte in _UNRESERVED else b"+" if byte == ord(" ") else b"%%%02X" % byte for byte in range(256)
)


def encode_form(fields: Mapping[str, object]) -> bytes:
    """The body of a request, as `urllib.parse.urlencode` with `doseq` makes it."""
    return b"&".join(
        b"%b=%b" % (_quote(name), _quote(value))
        for name, values in fields.items()
        for value in (values if isinstance(values, list | tuple) else (values,))
    )


def decode_form(body: str, max_fields: int) -> list[tuple[str, str]]:
    """Names and values in order, as `urllib.parse.parse_qsl` with `keep_blank_values` reads them.

    Raises:
        ValueError: there are more than `max_fields`.
    """
    if body.count("&") >= max_fields:
        raise ValueError("more fields than Twilio ever sends")
    found = []
    for field in body.split("&"):
        if field:
            name, _, value = field.replace("+", " ").partition("=")
            found.append((_unquote(name), _unquote(value)))
    return found


def _quote(value: object) -> bytes:
    return b"".join(map(_QUOTED.__getitem__, str(value).encode()))


def _unquote(text: str) -> str:
    return _ESCAPED.sub(_unescape, text) if "%" in text else text


def _unescape(run: re.Match[str]) -> str:
    return unhexlify(run.group().replace("%", "")).decode("utf-8", "replace")
