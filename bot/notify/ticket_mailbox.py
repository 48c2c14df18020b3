"""Tells whether a text names, or may lead to, the mailbox that makes tickets; pure, and rather strict than right."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from kb.model import TicketAddress

_COMMENT: Final = re.compile(r"\([^()]*\)")
_MAILBOX_IN_TEXT: Final = re.compile(r"([^\s@/?&=,;:<>|\[\]{}]+)\s*@\s*([\w.-]+)")
_URL_USER: Final = re.compile(r"://([^/?#@:]+)(?::[^/?#@]*)?@([^/?#:]+)")
_ROUTING_CHARACTERS: Final = re.compile(r"[!%]")
"""How a letter is sent on from one machine to another, in addresses as old as the net."""

_SUBADDRESS_DELIMITERS: Final = re.compile(r"[+=~#-]")
"""What parts a mailbox from the rest of its name, as mail servers are set up: support+tills is support."""


def may_reach_ticket_mailbox(text: str, ticket: TicketAddress) -> bool:
    """Whether `text` (a setting, an address, a URL) names the ticket mailbox or one of its aliases, however written.

    Case, plus addressing, dots, comments, quotes, escapes, invisible and wide letters, encoded domains and subdomains
    make no difference: better a harmless address is refused than a ticket made.
    """
    mailboxes = [_canonical_mailbox(*address.rsplit("@", 1)) for address in (ticket.email, *ticket.aliases)]
    return any(
        local == own and (domain == home or domain.endswith(f".{home}") or home.endswith(f".{domain}"))
        for variant in _decodings(text)
        for local, domain in _find_addresses(variant)
        for own, home in mailboxes
    )


def _decodings(text: str) -> Iterator[str]:
    """`text` as it stands, and decoded once, twice, ... until nothing changes."""
    for _ in range(5):
        plain = _strip_disguises(text)
        yield plain
        yield _COMMENT.sub("", plain)
        # What one server hands on to another: support%host.lv@relay.lv, host.lv!support.
        yield from (_ROUTING_CHARACTERS.sub("@", plain), "@".join(reversed(_ROUTING_CHARACTERS.split(plain))))
        decoded = unquote(text)
        if decoded == text:
            return
        text = decoded


def _strip_disguises(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).replace("。", ".")
    seen = "".join(letter for letter in wide if unicodedata.category(letter) not in ("Cf", "Cc", "Mn"))
    return seen.casefold().replace('"', "").replace("'", "").replace("\\", "")


def _find_addresses(text: str) -> Iterator[tuple[str, str]]:
    for pattern in (_MAILBOX_IN_TEXT, _URL_USER):
        for found in pattern.finditer(text):
            yield _canonical_mailbox(found[1], found[2])


def _canonical_mailbox(local: str, domain: str) -> tuple[str, str]:
    """The name without what servers do not look at, and the domain as the net knows it."""
    name = _SUBADDRESS_DELIMITERS.split(local.casefold().strip(), maxsplit=1)[0].replace(".", "")
    return name, _idna_domain(domain.casefold().strip().strip("."))


def _idna_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
