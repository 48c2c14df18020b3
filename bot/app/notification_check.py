"""Sends a test notice to every target of the settings, for whoever has just set them up; it stores nothing."""

import asyncio
from collections.abc import Mapping
from uuid import uuid4

from bot.app.container import now
from bot.app.helpdesk import ways_to, whom_to_tell
from bot.channels.telegram import Telegram
from bot.helpdesk.notification_worker import BRING_SECONDS
from bot.helpdesk.telegram_group import Groups
from bot.notify.interface import Notifier, NotifyError, Thread, Trial
from bot.notify.staff_address import StaffAddress, Way
from bot.notify.wording import Words, zone
from bot.settings import Settings
from handlers.model.messages import Inbound
from kb.model import Directory


async def tried(settings: Settings, directory: Directory) -> Mapping[str, str | None]:
    """What kept the test from each target, by the target's name; nothing where it arrived.

    Raises:
        SettingsError: the settings cannot be used.
    """
    told = whom_to_tell(settings, directory)
    words = Words.of(lambda: directory, settings.notify_language, zone(settings.notify_timezone))
    ways = ways_to(told, words, lambda: directory.ticket_channel.address, now)
    telegram = _telegram(settings)
    if telegram is not None:
        ways[Way.TELEGRAM] = Groups(telegram, words)
    try:
        problems = await asyncio.gather(*(_try(address, ways) for address in told.addresses.values()))
    finally:
        if telegram is not None:
            await telegram.stop()
    return dict(zip(told.addresses, problems, strict=True))


async def _try(address: StaffAddress, ways: Mapping[Way, Notifier]) -> str | None:
    try:
        thread = Thread(key=f"trial-{uuid4().hex}")
        await asyncio.wait_for(ways[address.way].notify(address, Trial(), thread), BRING_SECONDS)
    except NotifyError as exc:
        return str(exc)
    except TimeoutError:
        return "no answer"
    return None


def _telegram(settings: Settings) -> Telegram | None:
    if settings.telegram_bot_token is None:
        return None
    token = settings.telegram_bot_token.get_secret_value()
    return Telegram(_deaf, token=token, api_url=settings.telegram_api_url)


async def _deaf(inbound: Inbound) -> None:
    """Nobody is listened to."""
