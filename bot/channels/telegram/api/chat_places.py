"""Which chat is now which, and which topic is gone: learned from errors and service messages, kept by a store."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from bot.channels.telegram.api.address import ChatAddress

log = structlog.get_logger()

TOPIC_RETRY: Final = timedelta(hours=1)
"""After this a topic is tried again: one that was closed may be open again."""
REFRESH_INTERVAL: Final = timedelta(seconds=5)
"""How old what other processes learned may be."""


class LearnedPlace(Protocol):
    """As storage.delivery.places.KnownPlace."""

    @property
    def address(self) -> str:
        """The address that something was learned about."""
        ...

    @property
    def moved_to(self) -> str | None:
        """What it is now; None: it is gone."""
        ...

    @property
    def learned_at(self) -> datetime:
        """When it was learned."""
        ...


class PlaceStore(Protocol):
    """Keeps what was learned, for every process and for the next start."""

    async def load(self) -> Iterable[LearnedPlace]:
        """All that was learned."""
        ...

    async def record_move(self, before: str, after: str) -> None:
        """A chat has a new id; its conversations go along."""
        ...

    async def record_gone(self, address: str) -> None:
        """A topic is gone."""
        ...


class ForgetfulPlaceStore:
    """A PlaceStore that keeps nothing."""

    async def load(self) -> Iterable[LearnedPlace]:
        """Nothing."""
        return ()

    async def record_move(self, before: str, after: str) -> None:
        """Nothing."""

    async def record_gone(self, address: str) -> None:
        """Nothing."""


class ChatPlaces:
    """The chats and topics of one bot, as far as anything was learned of them."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.store: PlaceStore = ForgetfulPlaceStore()
        self._moved: dict[int, int] = {}
        self._gone: dict[str, datetime] = {}
        self._refreshed_at: datetime | None = None

    def current_chat(self, chat: int) -> int:
        """The chat's id of today."""
        seen = {chat}
        while (after := self._moved.get(chat)) is not None and after not in seen:
            chat = after
            seen.add(chat)
        return chat

    def current(self, address: ChatAddress) -> ChatAddress:
        """Where to write to: the chat's id of today, without the topic if that is gone."""
        chat = self.current_chat(address.chat)
        gone_at = self._gone.get(str(ChatAddress(chat=chat, topic=address.topic)))
        gone = gone_at is not None and self._clock() - gone_at < TOPIC_RETRY
        return ChatAddress(chat=chat, topic=None if gone else address.topic)

    def configured_group(self, chat: str, groups: frozenset[str]) -> str | None:
        """Which of these groups the chat is, by its id of then or of today; None if it is none."""
        if chat in groups:
            return chat
        return next((group for group in groups if str(self.current_chat(int(group))) == chat), None)

    async def refresh(self) -> None:
        """Read what other processes have learned, unless that was done a moment ago."""
        now = self._clock()
        if self._refreshed_at is not None and timedelta(0) <= now - self._refreshed_at < REFRESH_INTERVAL:
            return
        for place in await self.store.load():
            if place.moved_to is None:
                self._gone[place.address] = max(place.learned_at, self._gone.get(place.address, place.learned_at))
            else:
                self._moved[int(place.address)] = int(place.moved_to)
        self._refreshed_at = now

    async def learn_move(self, before: int, after: int) -> None:
        """The chat `before` is now `after`. Raises what the store raises; it is known to this process nevertheless."""
        if self._moved.get(before) != after:
            log.warning("telegram.chat_moved", before=before, now=after)
        self._moved[before] = after
        await self.store.record_move(str(before), str(after))

    async def learn_gone(self, address: ChatAddress) -> None:
        """The topic is deleted or closed. Raises what the store raises."""
        log.warning("telegram.topic_gone", chat=address.chat, topic=address.topic)
        self._gone[str(address)] = self._clock()
        await self.store.record_gone(str(address))
