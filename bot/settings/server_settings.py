"""Where the program listens and is reached."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field

from bot.web.guards.client_address import LOCAL_PROXIES


def _parse_origin(value: object) -> object:
    """An http(s) origin without a path, or None."""
    if not isinstance(value, str) or not value.strip():
        return None
    parts = urlsplit(value.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ValueError("write the address people reach this program at, like https://bot.example.lv")
    return f"{parts.scheme}://{parts.netloc}"


OptionalOrigin = Annotated[str | None, BeforeValidator(_parse_origin)]
RequiredOrigin = Annotated[str, BeforeValidator(_parse_origin)]


class ServerSettings(BaseModel):
    """The address of the program, inside and outside."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=8080, ge=0, le=65535)
    """The port to listen on."""
    public_url: OptionalOrigin = None
    """The https address, without a path, that people and platforms reach the program at."""
    trusted_proxies: str = LOCAL_PROXIES
    """Addresses or networks of the proxies in front, with commas between: only their `X-Forwarded-For` is believed."""
