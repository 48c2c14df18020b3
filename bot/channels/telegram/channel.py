"""The Telegram channel: receives messages, sends replies, and does nothing else."""

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

from bot.channels.interface import ChannelSettingError, OutgoingMessage, Receive, ServedChannel
from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.background_calls import BackgroundCalls
from bot.channels.telegram.api.chat_places import ChatPlaces, PlaceStore
from bot.channels.telegram.api.client import ALLOWED_UPDATES, OFFICIAL_API_URL, make_bot_api, retry_delay
from bot.channels.telegram.api.rate_limit import ChatRateLimiter
from bot.channels.telegram.api.throttled_caller import ThrottledCaller
from bot.channels.telegram.api.timing import Timing
from bot.channels.telegram.incoming.mentions import BotIdentity
from bot.channels.telegram.incoming.parsing import CHANNEL
from bot.channels.telegram.incoming.polling import Poller
from bot.channels.telegram.incoming.update_handler import UpdateCallbacks, UpdateHandler
from bot.channels.telegram.incoming.webhook import PATH, Webhook
from bot.channels.telegram.outgoing.callback_answers import CallbackAnswers
from bot.channels.telegram.outgoing.group_messages import ActionButton, GroupMessages, OnGroupReply, OnTap
from bot.channels.telegram.outgoing.sender import ReplySender
from bot.channels.telegram.profile import publish_profile
from bot.concurrency.task_set import TaskSet
from kb.model import KnowledgeBase

log = structlog.get_logger()

_NO_CALLBACKS: Final = UpdateCallbacks()
_DEFAULT_TIMING: Final = Timing()


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Telegram(ServedChannel):
    """One bot. It can send without being opened; `open` is for the process that also receives."""

    name = CHANNEL

    def __init__(  # noqa: PLR0913 - all that the channel is made of
        self,
        receive: Receive,
        *,
        token: str,
        api_url: str = OFFICIAL_API_URL,
        secret: str | None = None,
        callbacks: UpdateCallbacks = _NO_CALLBACKS,
        timing: Timing = _DEFAULT_TIMING,
        clock: Callable[[], datetime] = _utc_now,
        knowledge: Callable[[], KnowledgeBase] | None = None,
    ) -> None:
        """`secret` is what Telegram sends to the webhook (A-Z a-z 0-9 _ -); derived from the token by default."""
        self._api = make_bot_api(token, api_url)
        self._timing, self._knowledge = timing, knowledge
        self._background_calls = BackgroundCalls()
        self._places = ChatPlaces(clock)
        taps = CallbackAnswers(self._api, self._background_calls)
        self._update_handler = UpdateHandler(
            receive=receive,
            callback_answers=taps,
            send_typing=self._send_typing_delayed,
            clock=clock,
            callbacks=callbacks,
            places=self._places,
        )
        # Every process must derive the same secret, which must not reveal the token.
        self._secret = secret or hmac.new(token.encode(), b"telegram webhook", hashlib.sha256).hexdigest()
        self._poller = Poller(self._api.get_raw_updates, self._update_handler, timing)
        self._retry_tasks = TaskSet()
        self._senders: tuple[ReplySender, GroupMessages] | None = None

    async def send(self, address: str, message: OutgoingMessage) -> str:
        """As Channel.send; `address` is a ChatAddress."""
        sender, _ = self._make_senders()
        return await sender.send(address, message)

    async def post(
        self,
        address: str,
        html: str,
        rows: tuple[tuple[ActionButton, ...], ...] = (),
        in_reply_to: str | None = None,
        topic_gone: str = "",
    ) -> str:
        """As GroupMessages.post."""
        _, board = self._make_senders()
        return await board.post(address, html, rows, in_reply_to, topic_gone)

    async def edit(
        self, address: str, message_id: str, html: str, rows: tuple[tuple[ActionButton, ...], ...] = ()
    ) -> None:
        """As GroupMessages.edit."""
        _, board = self._make_senders()
        await board.edit(address, message_id, html, rows)

    def keep_places(self, store: PlaceStore) -> None:
        """Share what is learned about chats and topics with other processes, and with the next start."""
        self._places.store = store

    def watch_groups(self, groups: frozenset[str], on_tap: OnTap, on_group_reply: OnGroupReply | None = None) -> None:
        """Call `on_tap` for buttons of posted messages, and `on_group_reply` for replies to them in `groups`, where the
        bot answers no messages."""
        self._update_handler.groups, self._update_handler.on_tap = groups, on_tap
        self._update_handler.on_group_reply = on_group_reply

    def _make_senders(self) -> tuple[ReplySender, GroupMessages]:
        """Created when first needed: they use the clock of the running loop."""
        if self._senders is None:
            clock = asyncio.get_running_loop().time
            pace = ChatRateLimiter(
                clock,
                chat_interval=self._timing.chat_interval_seconds,
                group_interval=self._timing.group_interval_seconds,
            )
            outlet = ThrottledCaller(
                pace, self._places, max_wait_seconds=self._timing.max_wait_seconds, on_wait=self._send_typing_soon
            )
            self._senders = (ReplySender(self._api, outlet), GroupMessages(self._api, outlet))
        return self._senders

    def routes(self) -> list[web.RouteDef]:
        """POST /webhooks/telegram; harmless while polling, because nobody else knows the secret."""
        return [web.post(PATH, Webhook(self._update_handler, self._secret).handle)]

    async def open(self, public_url: str | None) -> None:
        """Start to receive: by webhook at `public_url`, else by polling.

        If Telegram is unreachable it returns nevertheless, and retries in the background.

        Raises:
            ChannelSettingError: Telegram refuses the token, or the address.
        """
        try:
            await self._start_receiving(public_url)
        except InvalidToken:
            # Not chained: the SDK's message may hold the token.
            raise ChannelSettingError("TELEGRAM_BOT_TOKEN: Telegram refuses it: take it anew from @BotFather") from None
        except BadRequest as exc:
            setting = "TELEGRAM_WEBHOOK_SECRET" if "secret" in str(exc).casefold() else "PUBLIC_URL"
            raise ChannelSettingError(f"{setting}: Telegram refuses the webhook: {exc}") from exc
        except TelegramError as exc:
            log.warning("telegram.unreachable", error=type(exc).__name__)
            self._retry_tasks.start("telegram opening", self._retry_start(public_url, exc))

    async def stop_receiving(self) -> None:
        """Receive nothing more, and finish what runs. The webhook stays: Telegram keeps updates meanwhile."""
        await self._retry_tasks.cancel()
        await self._poller.stop()

    async def close(self) -> None:
        """Stop receiving and sending, and close the connections."""
        await self.stop_receiving()
        await self._background_calls.stop(self._timing.shutdown_grace_seconds / 3)
        await self._api.close_connections()

    async def _start_receiving(self, public_url: str | None) -> None:
        bot_id, username = await self._api.get_raw_me()
        self._update_handler.bot = BotIdentity(id=bot_id, username=username)
        if public_url is None:
            await self._api.delete_webhook()
            self._poller.start()
        else:
            await self._api.set_webhook(
                f"{public_url.rstrip('/')}{PATH}", allowed_updates=ALLOWED_UPDATES, secret_token=self._secret
            )
        log.info("telegram.started", bot=username, mode="polling" if public_url is None else "webhook")
        base = self._knowledge() if self._knowledge is not None else None
        self._background_calls.run("publish profile", publish_profile(self._api, base))

    async def _retry_start(self, public_url: str | None, exc: TelegramError) -> None:
        attempt = 0
        while True:
            attempt += 1
            asked = retry_delay(exc).total_seconds() if isinstance(exc, RetryAfter) else 0.0
            await asyncio.sleep(max(asked, self._timing.backoff.seconds(attempt)))
            try:
                await self._start_receiving(public_url)
            except TelegramError as again:
                exc = again
                log.warning("telegram.unreachable", error=type(exc).__name__, attempt=attempt)
            else:
                return

    def _send_typing_soon(self, chat_address: ChatAddress) -> None:
        self._background_calls.run("type", self._send_typing(chat_address))

    async def _send_typing_delayed(self, chat_address: ChatAddress) -> None:
        await asyncio.sleep(self._timing.typing_delay_seconds)
        await self._send_typing(chat_address)

    async def _send_typing(self, chat_address: ChatAddress) -> None:
        await self._api.send_chat_action(chat_address.chat, ChatAction.TYPING, message_thread_id=chat_address.topic)
