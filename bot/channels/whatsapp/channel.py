"""The WhatsApp channel: sends a reply part by part, and remembers which parts were taken when it has to stop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from aiohttp import web

from bot.channels.interface import DeliveryError, Receive, Shown
from bot.channels.whatsapp.account import Account
from bot.channels.whatsapp.client import Messages, Rest, TemplateError
from bot.channels.whatsapp.composer import Content, Part, compose
from bot.channels.whatsapp.parsing import NAME
from bot.channels.whatsapp.status import OUTSIDE_WINDOW, reason
from bot.channels.whatsapp.webhook import Rejected, Reported, Webhooks

log = structlog.get_logger()

WINDOW: Final = timedelta(hours=24)
"""How long after a person's last message WhatsApp takes free text (Twilio error 63016 tells of the rest)."""

REMEMBERED: Final = 1000
"""Replies that stopped half-way."""


class WhatsApp:
    """One sender at Twilio.

    `receive` takes messages in; `reported` is told what becomes of those sent; `rejected` counts refused webhooks.
    """

    name = NAME

    def __init__(
        self,
        account: Account,
        *,
        receive: Receive,
        reported: Reported,
        rejected: Rejected = lambda why: None,  # noqa: ARG005
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        rest: Messages | None = None,
    ) -> None:
        self._webhooks = Webhooks(account, receive=receive, reported=reported, rejected=rejected, clock=clock)
        self._content = account.content
        self._clock = clock
        self._rest: Messages = rest or Rest(account)
        self._taken: dict[tuple[str, int], int] = {}

    def routes(self) -> tuple[web.RouteDef, ...]:
        """POST /webhooks/twilio and /webhooks/twilio/status."""
        return self._webhooks.routes()

    async def send(self, address: str, shown: Shown) -> str:
        """The sid of the reply's last message.

        Raises:
            DeliveryError: not all of it was taken. Sent again (by this process), it goes on where it stopped.
        """
        if shown.heard_at is not None and self._clock() - shown.heard_at >= WINDOW:
            raise DeliveryError(reason(OUTSIDE_WINDOW), permanent=True)
        parts = compose(shown, self._content)
        if not parts:
            raise DeliveryError("there is nothing to read in it", permanent=True)
        key = (address, shown.sequence)
        taken = self._taken.pop(key, 0)
        for done, part in enumerate(parts[taken:], start=taken):
            try:
                receipt = await self._part(address, part)
            except DeliveryError as exc:
                if not exc.permanent and done:
                    self._remember(key, done)
                raise
        return receipt

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._rest.close()

    async def _part(self, address: str, part: Part) -> str:
        try:
            return await self._rest.create(address, part)
        except TemplateError as exc:
            if not isinstance(part, Content):
                raise
            log.warning("whatsapp.template_refused", template=part.sid, code=exc.code)
            for text in part.instead:
                receipt = await self._rest.create(address, text)
            return receipt

    def _remember(self, key: tuple[str, int], done: int) -> None:
        while len(self._taken) >= REMEMBERED:
            del self._taken[next(iter(self._taken))]
        self._taken[key] = done
