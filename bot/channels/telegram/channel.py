"""Telegram as a channel, put together; it takes messages in and sends replies, and can do nothing else."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from aiohttp import web
from telegram.constants import ChatAction
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.channels.interface import Receive, Shown
from bot.channels.telegram.api.address import Place
from bot.channels.telegram.api.client import OFFICIAL, WANTED, connect, deferral
from bot.channels.telegram.api.rate_limit import Pace
from bot.channels.telegram.api.throttled_caller import Outlet
from bot.channels.telegram.api.timing import Tempo
from bot.channels.telegram.incoming.mentions import Me
from bot.channels.telegram.incoming.parsing import CHANNEL
from bot.channels.telegram.incoming.polling import Poller
from bot.channels.telegram.incoming.update_handler import Ear, Watch
from bot.channels.telegram.incoming.webhook import PATH, Webhook
from bot.channels.telegram.outgoing.callback_answers import Taps
from bot.channels.telegram.outgoing.group_messages import Board, Button, Press
from bot.channels.telegram.outgoing.sender import Sender
from bot.channels.telegram.profile import publish
from bot.concurrency.task_set import Errands

log = structlog.get_logger()

_WATCH: Final = Watch()
_TEMPO: Final = Tempo()


class TelegramSettingError(Exception):
    """Telegram does not accept a setting; mend the one that is named and start again."""


def _now() -> datetime:
    return datetime.now(UTC)


class Telegram:
    """One bot. It can send without being started; `start` is for the process that also takes messages in."""

    name = CHANNEL

    def __init__(
        self,
        receive: Receive,
        *,
        token: str,
        api_url: str = OFFICIAL,
        secret: str | None = None,
        watch: Watch = _WATCH,
        tempo: Tempo = _TEMPO,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """`secret` is what Telegram shows at the webhook (A-Z a-z 0-9 _ -); made from the token where none is given."""
        self._api = connect(token, api_url)
        self._tempo = tempo
        self._errands = Errands()
        taps = Taps(self._api, self._errands)
        self._ear = Ear(
            receive=receive,
            taps=taps,
            typing=self._type_later,
            clock=clock,
            watch=watch,
        )
        # Every process must come to the same secret, and nobody to the token through it.
        self._secret = secret or hmac.new(token.encode(), b"telegram webhook", hashlib.sha256).hexdigest()
        self._poller = Poller(self._api.updates, self._ear, tempo)
        self._opening: asyncio.Task[None] | None = None
        self._ways_out: tuple[Sender, Board] | None = None

    async def send(self, address: str, shown: Shown) -> str:
        """As Channel.send; `address` is a Place."""
        sender, _ = self._out()
        return await sender.send(address, shown)

    async def post(
        self, address: str, html: str, rows: tuple[tuple[Button, ...], ...] = (), answers: str | None = None
    ) -> str:
        """As Board.post."""
        _, board = self._out()
        return await board.post(address, html, rows, answers)

    async def change(self, address: str, receipt: str, html: str, rows: tuple[tuple[Button, ...], ...] = ()) -> None:
        """As Board.change."""
        _, board = self._out()
        await board.change(address, receipt, html, rows)

    def mind(self, boards: frozenset[str], press: Press) -> None:
        """`press` is told of taps on what `post` put up; in the chats `boards` people talk among themselves."""
        self._ear.boards, self._ear.press = boards, press

    def _out(self) -> tuple[Sender, Board]:
        """Made when first needed: they keep to the clock of the loop that runs."""
        if self._ways_out is None:
            clock = asyncio.get_running_loop().time
            pace = Pace(clock, chat=self._tempo.chat, group=self._tempo.group)
            outlet = Outlet(pace, patience=self._tempo.patience, waits=self._type)
            self._ways_out = (Sender(self._api, outlet), Board(self._api, outlet))
        return self._ways_out

    def routes(self) -> list[web.RouteDef]:
        """POST /webhooks/telegram; harmless while polling, because nobody else knows the secret."""
        return [web.post(PATH, Webhook(self._ear, self._secret).answer)]

    async def start(self, public_url: str | None) -> None:
        """Takes messages in from now on: by webhook at `public_url`, else by polling.

        Where Telegram cannot be reached it returns nevertheless, and goes on trying.

        Raises:
            TelegramSettingError: Telegram refuses the token, or the address.
        """
        try:
            await self._open(public_url)
        except InvalidToken:
            # Not chained: the SDK's message may hold the token.
            raise TelegramSettingError(
                "TELEGRAM_BOT_TOKEN: Telegram refuses it: take it anew from @BotFather"
            ) from None
        except BadRequest as exc:
            setting = "TELEGRAM_WEBHOOK_SECRET" if "secret" in str(exc).casefold() else "PUBLIC_URL"
            raise TelegramSettingError(f"{setting}: Telegram refuses the webhook: {exc}") from exc
        except TelegramError as exc:
            log.warning("telegram.not_reached", error=type(exc).__name__)
            self._opening = asyncio.create_task(self._open_at_last(public_url, exc), name="telegram opening")

    async def hush(self) -> None:
        """Takes nothing in any more, and finishes what runs. The webhook stays: Telegram keeps what comes meanwhile."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        await self._poller.stop()

    async def stop(self) -> None:
        """Takes nothing in any more, sends nothing any more, and closes the connections."""
        await self.hush()
        await self._errands.stop(self._tempo.finish / 3)
        await self._api.close_connections()

    async def _open(self, public_url: str | None) -> None:
        me = await self._api.get_me()
        self._ear.me = Me(id=me.id, username=me.username or "")
        if public_url is None:
            await self._api.delete_webhook()
            self._poller.start()
        else:
            await self._api.set_webhook(
                f"{public_url.rstrip('/')}{PATH}", allowed_updates=WANTED, secret_token=self._secret
            )
        log.info("telegram.open", bot=me.username, by="polling" if public_url is None else "webhook")
        self._errands.run("publish profile", publish(self._api))

    async def _open_at_last(self, public_url: str | None, exc: TelegramError) -> None:
        attempt = 0
        while True:
            attempt += 1
            asked = deferral(exc).total_seconds() if isinstance(exc, RetryAfter) else 0.0
            await asyncio.sleep(max(asked, self._tempo.pause(attempt)))
            try:
                await self._open(public_url)
            except TelegramError as again:
                exc = again
                log.warning("telegram.not_reached", error=type(exc).__name__, attempt=attempt)
            else:
                return

    def _type(self, place: Place) -> None:
        self._errands.run("type", self._typing(place))

    async def _type_later(self, place: Place) -> None:
        await asyncio.sleep(self._tempo.typing)
        await self._typing(place)

    async def _typing(self, place: Place) -> None:
        await self._api.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.topic)
