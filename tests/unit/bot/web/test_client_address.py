"""From which address a request comes, and whose word on it is taken."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.web.guards.client_address import TRUSTED_PROXIES, TrustedProxies, client_address


def _client(peer: str, forwarded: str, trusted: str | None = None) -> str:
    application = web.Application()
    if trusted is not None:
        application[TRUSTED_PROXIES] = TrustedProxies.parse(trusted)
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}, app=application)
    return client_address(request.clone(remote=peer))


@pytest.mark.parametrize(
    ("named", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:40000", "203.0.113.9"),
        ("[2001:db8:1:2::9]:40000", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 127.0.0.1", "203.0.113.9"),
        ("nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("6.6.6.6, nonsense", "127.0.0.1"),
    ],
)
def test_a_proxy_on_this_machine_names_the_client(named: str, client: str) -> None:
    assert _client("127.0.0.1", named) == client


@pytest.mark.parametrize("peer", ["10.0.0.5", "192.168.1.4", "172.17.0.1", "203.0.113.50"])
def test_nobody_else_is_believed(peer: str) -> None:
    assert _client(peer, "6.6.6.6") == peer


def test_proxies_elsewhere_are_believed_where_the_settings_name_them() -> None:
    assert _client("172.17.0.1", "203.0.113.9", trusted="172.16.0.0/12") == "203.0.113.9"
    assert _client("127.0.0.1", "203.0.113.9", trusted="172.16.0.0/12") == "127.0.0.1"
    assert _client("127.0.0.1", "203.0.113.9", trusted="") == "127.0.0.1"
    assert _client("10.0.0.2", "203.0.113.9, 10.0.0.1", trusted="10.0.0.1, 10.0.0.2") == "203.0.113.9"


def test_a_caller_without_an_address_is_one_caller() -> None:
    assert _client("", "203.0.113.9") == ""


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="nginx"):
        TrustedProxies.parse("127.0.0.1, nginx")
