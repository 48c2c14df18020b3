"""Makes the channels that the settings ask for; what they do not ask for is not even loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from itsdangerous import TimestampSigner

from bot.app.services import utc_now
from bot.channels.sms.product import PRODUCT as SMS
from bot.channels.webchat.description import DESCRIPTION as WEBCHAT
from bot.channels.whatsapp.product import PRODUCT as WHATSAPP
from bot.console.auth.key_derivation import derive_key, pseudonymize
from bot.settings import Settings
from kb.model import Language
from storage.conversations import address_limits

if TYPE_CHECKING:
    from bot.app.application import Application
    from bot.channels.interface import ServedChannel


@dataclass(frozen=True, kw_only=True)
class ChannelServices:
    """What channels are made of; `key` signs cookies."""

    settings: Settings
    application: "Application"
    key: str


MakeChannel = Callable[[ChannelServices], "ServedChannel | None"]
"""None if the settings do not ask for the channel."""


def make_webchat(services: ChannelServices) -> "ServedChannel":
    """The web chat is always there."""
    from bot.channels.webchat.server import WebChat

    application, public = services.application, services.settings.public_url
    return WebChat(
        receive=application.receive,
        history=partial(application.conversation_queries.messages_after, WEBCHAT.name),
        signer=TimestampSigner(services.key, salt="webchat"),
        secure_cookies=public is not None and public.startswith("https://"),
        public_origin=public,
        urgent_sentence=partial(_urgent_line_sentence, application),
        lines=lambda: application.knowledge.base.directory.lines,
        address_key=partial(pseudonymize, derive_key(services.key, "web chat addresses")),
        may_start=partial(_may_start, application),
        knowledge=lambda: application.knowledge.base,
        banners=application.outage_banners.of,
    )


async def _may_start(application: "Application", address_key: str) -> bool:
    return await application.transactions.write(
        lambda connection: address_limits.register_start(connection, address_key, utc_now()), urgent=True
    )


def make_telegram(services: ChannelServices) -> "ServedChannel | None":
    """Telegram, which also brings notifications to groups."""
    settings = services.settings
    if settings.telegram_bot_token is None:
        return None
    from bot.app.services import utc_now
    from bot.channels.telegram.channel import Telegram
    from bot.channels.telegram.incoming.update_handler import UpdateCallbacks
    from bot.database.place_store import DatabasePlaceStore

    transactions = services.application.transactions
    secret, metrics = settings.telegram_webhook_secret, services.application.metrics
    telegram = Telegram(
        services.application.receive,
        token=settings.telegram_bot_token.get_secret_value(),
        secret=None if secret is None else secret.get_secret_value(),
        api_url=settings.telegram_api_url,
        knowledge=lambda: services.application.knowledge.base,
        callbacks=UpdateCallbacks(
            update_dropped=partial(metrics.count_dropped_update, Telegram.name),
            webhook_rejected=partial(metrics.count_rejected_webhook, Telegram.name, "secret"),
        ),
    )
    telegram.keep_places(DatabasePlaceStore(transactions=transactions, channel=Telegram.name, clock=utc_now))
    services.application.helpdesk.attach_telegram(telegram)
    return telegram


def make_whatsapp(services: ChannelServices) -> "ServedChannel | None":
    """WhatsApp through Twilio."""
    account = services.settings.twilio_account(WHATSAPP)
    if account is None:
        return None
    from bot.channels.whatsapp.channel import WhatsApp

    application = services.application
    return WhatsApp(
        account,
        receive=application.receive,
        on_status=partial(application.conversation_queries.apply_status_report, WhatsApp.name),
        content_templates=services.settings.twilio_content,
        on_rejected=partial(application.metrics.count_rejected_webhook, WhatsApp.name),
    )


def make_sms(services: ChannelServices) -> "ServedChannel | None":
    """SMS through Twilio."""
    account = services.settings.twilio_account(SMS)
    if account is None:
        return None
    from bot.channels.sms.channel import Sms

    application = services.application
    return Sms(
        account,
        receive=application.receive,
        on_status=partial(application.conversation_queries.apply_status_report, Sms.name),
        on_rejected=partial(application.metrics.count_rejected_webhook, Sms.name),
    )


FACTORIES: Final[tuple[MakeChannel, ...]] = (make_webchat, make_telegram, make_whatsapp, make_sms)


def _urgent_line_sentence(application: "Application", language: Language) -> str:
    """The sentence with the urgent line's phone number."""
    knowledge = application.knowledge
    line = knowledge.base.directory.lines[knowledge.base.directory.urgent_line]
    return knowledge.phrases(language, "stopped_too", phone=line.formatted_phone, name=line.name[language])
