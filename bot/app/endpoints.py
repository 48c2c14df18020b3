"""Opens the doors that the settings ask for: web pages and chat, Telegram, WhatsApp; decides nothing about messages."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from aiohttp import web
from itsdangerous import TimestampSigner

from bot.app.container import Core, now
from bot.channels.webchat import WebChat
from bot.console import Console, Records
from bot.console.auth.login import SignIn
from bot.console.auth.oidc import OidcSignIn, Provider, Whom, listed
from bot.console.auth.passwords import Checker
from bot.console.framework.knowledge_access import Library
from bot.console.helpdesk_sections import helpdesk
from bot.console.views.agents import Agents
from bot.console.views.audit import Audit
from bot.console.views.delivery import Delivery
from bot.intake.intake import DraftLink
from bot.observability.health import health_routes
from bot.observability.metrics import metrics_routes
from bot.observability.tracing.middleware import webhooks
from bot.settings import Settings, SettingsError
from bot.web.email_draft import DraftContent, DraftPage, DraftTokens
from kb.model import Language

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram
    from bot.channels.whatsapp import WhatsApp

DRAFTS_LAST: Final = timedelta(days=7)
LARGEST_BODY: Final = 1024 * 1024
"""Bytes that a request may bring."""


def draft_links(settings: Settings, key: str) -> DraftLink:
    """Makes the address of a talk's draft page. Without PUBLIC_URL only this machine's own web chat can open it."""
    tokens = DraftTokens(key, DRAFTS_LAST)
    local = f"http://localhost:{settings.port}"

    def link(channel: str, talk: str, language: Language) -> str | None:
        origin = settings.public_url or (local if channel == WebChat.name else None)
        return None if origin is None else f"{origin}/t/{tokens.make(talk, language)}"

    return link


class Doors:
    """Every way in and out of a program that serves."""

    def __init__(self, settings: Settings, program: Core, key: str) -> None:
        self._settings, self._program, self._key = settings, program, key
        self._web = self._webchat()
        self._telegram = self._make_telegram()
        self._whatsapp = self._make_whatsapp()
        for channel in (self._web, self._telegram, self._whatsapp):
            if channel is not None:
                program.channels[channel.name] = channel

    def application(self) -> web.Application:
        """What is served over HTTP."""
        program = self._program
        application = web.Application(client_max_size=LARGEST_BODY, middlewares=[webhooks(program.tracing)])
        application.add_routes(health_routes(program.database, program.threads, self._version, now, program.runner))
        application.add_routes(metrics_routes(program.metrics, program.database, program.threads, now, program.runner))
        application.add_routes(self._web.routes())
        application.add_routes(self._draft().routes())
        self._console().mount(application)
        for channel in (self._telegram, self._whatsapp):
            if channel is not None:
                application.add_routes(channel.routes())
        return application

    def news(self, mark: str | None) -> None:
        """Another process stored something in a talk: pages that show it look (see bot.database.pg_listener.Ring)."""
        self._web.news(mark)

    async def open(self) -> None:
        """Begins to take messages where that takes more than being there."""
        if self._telegram is not None:
            from bot.channels.telegram import TelegramSettingError

            try:
                await self._telegram.start(self._settings.public_url)
            except TelegramSettingError as exc:
                raise SettingsError((str(exc),)) from exc

    async def hush(self) -> None:
        """Takes nothing more in where that means to ask for it; what is being taken in is finished."""
        if self._telegram is not None:
            await self._telegram.hush()

    async def close(self) -> None:
        """Sends nothing more out either."""
        closing = [self._web.close()]
        if self._telegram is not None:
            closing.append(self._telegram.stop())
        if self._whatsapp is not None:
            closing.append(self._whatsapp.close())
        await asyncio.gather(*closing)

    def _webchat(self) -> WebChat:
        public = self._settings.public_url
        return WebChat(
            receive=self._program.receive,
            history=partial(self._program.memory.talk, WebChat.name),
            sign=TimestampSigner(self._key, salt="webchat"),
            secure_cookies=public is not None and public.startswith("https://"),
            public_origin=public,
            urgent=self._urgent,
        )

    def _draft(self) -> DraftPage:
        return DraftPage(
            tokens=DraftTokens(self._key, DRAFTS_LAST), content=self._contacts, said=self._program.memory.said
        )

    def _contacts(self) -> DraftContent:
        directory = self._program.knowledge.base.directory
        return DraftContent(channel=directory.ticket_channel, urgent=directory.lines[directory.urgent_line])

    def _version(self) -> str:
        return self._program.knowledge.base.version

    def _console(self) -> Console:
        program = self._program
        records = Records(database=program.database, threads=program.threads, clock=now)
        checker, elsewhere = Checker(), self._oidc(records)
        library = Library(known=program.known, filed=lambda: program.filed, told=program.taught)
        sections = (
            *helpdesk(records, program.helpdesk.desk, library),
            Delivery(records, program.runner, program.helpdesk.announcer.wake).section(),
            Agents(records, checker).section(),
            Audit(records).section(),
            SignIn(records, self._key, checker, elsewhere=elsewhere is not None).section(),
            *(() if elsewhere is None else (elsewhere.section(),)),
        )
        return Console(records, sections, key=self._key, public_origin=self._settings.public_url)

    def _oidc(self, records: Records) -> OidcSignIn | None:
        settings = self._settings
        secret, public = settings.oidc_client_secret, settings.public_url
        if settings.oidc_issuer is None or settings.oidc_client_id is None or secret is None or public is None:
            return None
        provider = Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value(),
            clock=now,
        )
        whom = Whom(admins=listed(settings.oidc_admins), agents=listed(settings.oidc_agents))
        return OidcSignIn(records, provider, whom, public_origin=public)

    def _make_telegram(self) -> "Telegram | None":
        settings = self._settings
        if settings.telegram_bot_token is None:
            return None
        from bot.channels.telegram import Telegram, Watch

        secret, metrics = settings.telegram_webhook_secret, self._program.metrics
        telegram = Telegram(
            self._program.receive,
            token=settings.telegram_bot_token.get_secret_value(),
            secret=None if secret is None else secret.get_secret_value(),
            api_url=settings.telegram_api_url,
            watch=Watch(
                parked=partial(metrics.unreadable, Telegram.name),
                rejected=partial(metrics.rejected, Telegram.name, "secret"),
            ),
        )
        self._program.helpdesk.opens_in(telegram)
        return telegram

    def _make_whatsapp(self) -> "WhatsApp | None":
        settings = self._settings
        if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
            return None
        from bot.channels.whatsapp import Account, AccountError, WhatsApp

        try:
            account = Account(
                sid=settings.twilio_account_sid,
                token=settings.twilio_auth_token.get_secret_value(),
                number=settings.twilio_whatsapp_from or "",
                public_url=settings.public_url or "",
                content=settings.twilio_content,
                api_url=settings.twilio_api_url,
            )
        except AccountError as exc:
            raise SettingsError(exc.problems) from exc
        memory = self._program.memory
        return WhatsApp(
            account,
            receive=self._program.receive,
            reported=partial(memory.reported, WhatsApp.name),
            rejected=partial(self._program.metrics.rejected, WhatsApp.name),
        )

    def _urgent(self, language: Language) -> str:
        """The sentence with the number that always holds."""
        known = self._program.knowledge
        line = known.base.directory.lines[known.base.directory.urgent_line]
        return known.phrases(language, "stopped_too", phone=line.formatted_phone, name=line.name[language])
