"""Tells from which address a request comes: through proxies that the settings name, and no others."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aiohttp import web

LOCAL_PROXIES: Final = "127.0.0.1, ::1"
"""The proxies that are believed unless the settings name others: those on this machine."""

_WITH_PORT: Final = re.compile(r"\[(?P<v6>[^\]]+)\](?::\d+)?|(?P<v4>[\d.]+):\d+")

Address = IPv4Address | IPv6Address


class TrustedProxies:
    """The proxies whose X-Forwarded-For is believed."""

    def __init__(self, networks: Sequence[IPv4Network | IPv6Network]) -> None:
        self._networks = networks

    @classmethod
    def parse(cls, text: str) -> "TrustedProxies":
        """From addresses and networks with commas between.

        Raises:
            ValueError: one of them is neither.
        """
        return cls([ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()])

    def client_of(self, request: web.Request) -> str:
        """The nearest address that is no trusted proxy; of IPv6 the network that one customer has."""
        peer = _parse(request.remote or "")
        if peer is None:
            return request.remote or ""
        named = [part for value in request.headers.getall("X-Forwarded-For", ()) for part in value.split(",")]
        # Each proxy appends whom it saw: read from the end, for as long as those who say so are trusted.
        while named and self._trusts(peer):
            before = _parse(named.pop())
            if before is None:
                break
            peer = before
        return peer.compressed if peer.version == 4 else str(ip_network(f"{peer}/64", strict=False))

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


TRUSTED_PROXIES: Final = web.AppKey("trusted_proxies", TrustedProxies)
"""Where an application holds them."""


def client_address(request: web.Request) -> str:
    """The address of the client, as the application's TRUSTED_PROXIES tell it."""
    proxies = request.config_dict.get(TRUSTED_PROXIES)
    return (TrustedProxies.parse(LOCAL_PROXIES) if proxies is None else proxies).client_of(request)


def _parse(text: str) -> Address | None:
    text = text.strip()
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address(text if found is None else found["v6"] or found["v4"])
    except ValueError:
        return None
    # An IPv4 caller of a socket for both families.
    return getattr(address, "ipv4_mapped", None) or address
