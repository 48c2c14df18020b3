"""What the rest of the program may know of a channel without loading it: names, contacts and limits; pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kb.model import Language

_PHONE_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
_BETWEEN_DIGITS: Final = re.compile(r"[\s()-]")
_LOCAL_COUNTRY_CODE: Final = "371"

MakeLink = Callable[[str, str | None], str]
"""The address that opens a conversation with a person, by their sender and username."""


@dataclass(frozen=True, kw_only=True)
class ChannelDescription:
    """A channel as staff sees it; each channel ships its own.

    `titles` are written as in the middle of a sentence. `phone_prefix` stands before the phone number in a sender; None
    if the channel knows no numbers. `max_message_units` is the length of one message in UTF-16 units; longer texts are
    split. With `prefers_short` replies name sources without their web addresses. On one that is not `public` nobody
    writes from elsewhere. Free text is taken for `service_window` after the person's last message, where there is one.
    """

    name: str
    titles: Mapping[Language, str]
    phone_prefix: str | None = None
    make_link: MakeLink | None = None
    max_message_units: int | None = None
    prefers_short: bool = False
    public: bool = True
    service_window: timedelta | None = None

    def heading(self, language: Language) -> str:
        """The title at the beginning of a line."""
        title = self.titles[language]
        return title[:1].upper() + title[1:]

    def phone_of(self, sender: str) -> str | None:
        """The phone number of whoever writes as `sender`, if the channel tells it."""
        if self.phone_prefix is None or not sender.startswith(self.phone_prefix):
            return None
        number = sender.removeprefix(self.phone_prefix)
        return number if _PHONE_NUMBER.fullmatch(number) else None

    def sender_of(self, phone: str) -> str | None:
        """The reverse of `phone_of`."""
        return None if self.phone_prefix is None else self.phone_prefix + phone

    def link(self, sender: str, username: str | None) -> str | None:
        """The address that opens a conversation with the person, if the channel has one."""
        return None if self.make_link is None else self.make_link(sender, username)


class ChannelDirectory:
    """The descriptions of all channels, in the order in which staff sees them; stored names may be of gone ones."""

    def __init__(self, descriptions: Iterable[ChannelDescription]) -> None:
        self._by_name = {one.name: one for one in descriptions}

    def __iter__(self) -> Iterator[ChannelDescription]:
        return iter(self._by_name.values())

    def get(self, name: str) -> ChannelDescription | None:
        """The description of a channel, if the program has it."""
        return self._by_name.get(name)

    def phone_of(self, channel: str, sender: str) -> str | None:
        """As ChannelDescription.phone_of."""
        found = self.get(channel)
        return None if found is None else found.phone_of(sender)

    def link(self, channel: str, sender: str, username: str | None) -> str | None:
        """As ChannelDescription.link."""
        found = self.get(channel)
        return None if found is None else found.link(sender, username)

    def vouches_for(self, channel: str, sender: str) -> bool:
        """Whether the platform of a channel knows who writes: by a phone number, or an account that can be opened."""
        found = self.get(channel)
        return found is not None and (found.phone_of(sender) is not None or found.make_link is not None)

    def prefers_short(self, channel: str) -> bool:
        """As ChannelDescription.prefers_short."""
        found = self.get(channel)
        return found is not None and found.prefers_short

    def senders_of(self, text: str) -> tuple[str, ...]:
        """Every sender that a phone number as typed may stand for: with the country code (after + or 00) or without."""
        digits = _BETWEEN_DIGITS.sub("", text).removeprefix("+").removeprefix("00")
        if not (digits.isascii() and digits.isdigit()):
            return ()
        numbers = (f"+{digits}", f"+{_LOCAL_COUNTRY_CODE}{digits}")
        found = (one.sender_of(number) for one in self for number in numbers)
        return tuple(sender for sender in found if sender is not None)

    def titles(self) -> Mapping[str, Mapping[Language, str]]:
        """The titles by name of channel."""
        return {one.name: one.titles for one in self}
