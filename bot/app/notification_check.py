"""Sends a test notification to every target of the settings; stores nothing."""

import asyncio
from collections.abc import Mapping
from uuid import uuid4

from bot.app.channels import CHANNELS
from bot.app.helpdesk import load_recipients, make_notifiers
from bot.app.services import utc_now
from bot.channels.telegram.channel import Telegram
from bot.helpdesk.notification_worker import SEND_TIMEOUT_SECONDS
from bot.helpdesk.telegram_group import TelegramGroupNotifier
from bot.notify.interface import Notifier, NotifyError, SampleNotification, Thread
from bot.notify.staff_address import StaffAddress, Transport
from bot.notify.wording.notification_texts import NotificationTexts
from bot.settings import Settings
from handlers.model.messages import Inbound
from kb.model import Directory


async def send_test_notifications(settings: Settings, directory: Directory) -> Mapping[str, str | None]:
    """The error of each target, by its name; None where the test was delivered.

    Raises:
        SettingsError: the settings cannot be used.
    """
    recipients = load_recipients(settings, directory)
    words = NotificationTexts.for_directory(
        lambda: directory, settings.notify_language, settings.zone, CHANNELS.titles()
    )
    notifiers = make_notifiers(recipients, words, lambda: directory.ticket_channel.address, utc_now)
    telegram = _make_telegram(settings)
    if telegram is not None:
        notifiers[Transport.TELEGRAM] = TelegramGroupNotifier(telegram, words)
    try:
        problems = await asyncio.gather(*(_send_test(address, notifiers) for address in recipients.addresses.values()))
    finally:
        if telegram is not None:
            await telegram.close()
    return dict(zip(recipients.addresses, problems, strict=True))


async def _send_test(address: StaffAddress, notifiers: Mapping[Transport, Notifier]) -> str | None:
    try:
        thread = Thread(key=f"trial-{uuid4().hex}")
        async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
            await notifiers[address.transport].notify(address, SampleNotification(), thread)
    except NotifyError as exc:
        return str(exc)
    except TimeoutError:
        return "no answer"
    return None


def _make_telegram(settings: Settings) -> Telegram | None:
    if settings.telegram_bot_token is None:
        return None
    token = settings.telegram_bot_token.get_secret_value()
    return Telegram(_ignore, token=token, api_url=settings.telegram_api_url)


async def _ignore(inbound: Inbound) -> None:
    """Ignore incoming messages."""
