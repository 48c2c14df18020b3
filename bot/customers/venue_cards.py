"""One card for each till of a venue, with its link on every channel; written as a table too."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from bot.customers.export_file import safe_cell
from bot.customers.link_addresses import CHANNELS_WITH_LINKS, LinkAddress, LinkAddresses
from bot.customers.link_tokens import VenueLinkTokens
from storage.customers.venue_links import VenueLink
from storage.customers.venues import Venue

_HEADER: Final = ("venue", "address", "till", *CHANNELS_WITH_LINKS)


@dataclass(frozen=True, kw_only=True)
class VenueCard:
    """What is stuck beside a till: `place` tells where it stands."""

    venue: str
    address: str | None
    till: str | None
    place: str | None
    links: tuple[LinkAddress, ...]


def venue_cards(
    venue: Venue, venue_links: Sequence[VenueLink], tokens: VenueLinkTokens, addresses: LinkAddresses
) -> tuple[VenueCard, ...]:
    """The cards of a venue, one for each of its links."""
    places = {device.name: device.place for device in venue.devices}
    return tuple(
        VenueCard(
            venue=venue.name,
            address=venue.address,
            till=link.till,
            place=places.get(link.till or ""),
            links=tuple(addresses.of_token(tokens.make(link.id), _title(venue, link.till))),
        )
        for link in venue_links
    )


def write_links(cards: Iterable[VenueCard], output: TextIO) -> None:
    """The links as a table, a row for each till."""
    writer = csv.writer(output, delimiter=";", lineterminator="\n")
    writer.writerow(_HEADER)
    for card in cards:
        hrefs = {link.channel: link.href for link in card.links}
        cells: Sequence[str] = (card.venue, card.address or "", card.till or "")
        writer.writerow([*map(safe_cell, cells), *(hrefs.get(channel, "") for channel in CHANNELS_WITH_LINKS)])


def _title(venue: Venue, till: str | None) -> str:
    return ", ".join(part for part in (venue.name, till) if part)
