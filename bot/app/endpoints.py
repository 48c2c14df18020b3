"""Opens the endpoints of a server: web pages, the console and the channels; decides nothing about messages."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.app.application import Application
from bot.app.channel_factories import FACTORIES, ChannelServices
from bot.app.channels import CHANNELS
from bot.app.services import utc_now
from bot.channels.interface import ChannelSettingError
from bot.channels.webchat.description import DESCRIPTION as WEBCHAT
from bot.console import ConsoleApp
from bot.console.app import Installation
from bot.console.auth.login import SignInView
from bot.console.auth.oidc import OidcClient, OidcSignInView, RoleMapping, split_list
from bot.console.auth.own_password import OwnPasswordView
from bot.console.auth.passwords import PasswordService
from bot.console.customers.import_page import CustomerImportView
from bot.console.customers.venue_list import VenueListView
from bot.console.customers.venue_page import VenueLinkSigner, VenuePageView
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.sections import helpdesk_sections
from bot.console.views.agents import AgentsView
from bot.console.views.audit import AuditView
from bot.console.views.delivery import DeliveryView
from bot.console.views.news import NewsView
from bot.console.views.outages.outage_page import OutagesView
from bot.customers.arrival import VenueArrivals, venue_of_token
from bot.customers.link_addresses import LinkAddresses
from bot.customers.link_tokens import VenueLinkTokens
from bot.database.conversation_queries import VENUE_LINK_PREFIX
from bot.database.transactions import Transactions
from bot.intake.reply_enqueuer import MakeDraftLink
from bot.observability.health import health_routes
from bot.observability.metrics import metrics_routes
from bot.observability.tracing.middleware import webhook_tracing
from bot.settings import Settings, SettingsError
from bot.web.email_draft import DraftContent, DraftPage, DraftTokens
from bot.web.guards.client_address import TRUSTED_PROXIES, TrustedProxies
from bot.web.guards.request_limits import request_limits
from bot.web.guards.response_headers import add_response_headers
from bot.web.not_found import not_found_page
from bot.web.public_pages import (
    VENUE_PATH,
    Address,
    ChatLinks,
    HelpPages,
    NewsPages,
    PublicLayout,
    VenuePage,
    site_map_routes,
)
from bot.web.site_files import site_routes
from handlers.model.venue import KnownVenue
from kb.loading.loader import load_directory
from kb.model import Language

DRAFT_LINK_TTL: Final = timedelta(days=7)
MAX_BODY_BYTES: Final = 1024 * 1024
"""Maximum size of a request, in bytes."""


def draft_link_maker(settings: Settings, key: str) -> MakeDraftLink:
    """Makes links to the draft page of a conversation; without PUBLIC_URL only for the local web chat."""
    tokens = DraftTokens(key, DRAFT_LINK_TTL)
    local = f"http://localhost:{settings.port}"

    def link(channel: str, talk: str, language: Language) -> str | None:
        origin = settings.public_url or (local if channel == WEBCHAT.name else None)
        return None if origin is None else f"{origin}/t/{tokens.make(talk, language)}"

    return link


def venue_arrivals(settings: Settings, key: str) -> VenueArrivals:
    """Reads venue links that were signed with this key; without PUBLIC_URL nobody is told of a venue's page."""
    origin = settings.public_url

    def page_link(token: str) -> str | None:
        return None if origin is None else f"{origin}{VENUE_PATH}{token}"

    return VenueArrivals(tokens=VenueLinkTokens(key), page_link=page_link)


class Endpoints:
    """All endpoints of a server."""

    def __init__(self, settings: Settings, application: Application, key: str) -> None:
        self._settings, self._application, self._key = settings, application, key
        services = ChannelServices(settings=settings, application=application, key=key)
        made = (make(services) for make in FACTORIES)
        self._channels = tuple(channel for channel in made if channel is not None)
        application.channels.update({channel.name: channel for channel in self._channels})
        application.media_sources.update({channel.name: channel for channel in self._channels})

    def web_application(self) -> web.Application:
        """The aiohttp application."""
        program = self._application
        application = web.Application(
            client_max_size=MAX_BODY_BYTES,
            middlewares=[
                request_limits,
                not_found_page(lambda: program.knowledge.base),
                program.outage_banners.middleware(),
                webhook_tracing(program.tracing),
            ],
        )
        application[TRUSTED_PROXIES] = TrustedProxies.parse(self._settings.trusted_proxies)
        application.add_routes(health_routes(program.transactions, self._content_version, utc_now, program.runner))
        application.add_routes(metrics_routes(program.metrics, program.transactions, utc_now, program.runner))
        application.add_routes(self._make_draft_page().routes())
        application.add_routes(site_routes(lambda: program.knowledge.base.directory, self._settings.content_dir))
        application.add_routes(program.outage_banners.routes())
        application.add_routes(self._public_page_routes())
        self._make_console().mount(application)
        for channel in self._channels:
            application.add_routes(channel.routes())
        add_response_headers(application, self._settings.public_url)
        return application

    def on_remote_change(self, token: str | None) -> None:
        """Another process changed a conversation: refresh its open pages (see bot.database.pg_listener.OnChange)."""
        for channel in self._channels:
            channel.on_remote_change(token)

    async def open(self) -> None:
        """Start channels that need more than routes to receive messages."""
        try:
            for channel in self._channels:
                await channel.open(self._settings.public_url)
        except ChannelSettingError as exc:
            raise SettingsError((str(exc),)) from exc

    async def stop_receiving(self) -> None:
        """Stop channels that fetch messages themselves, and finish those in progress."""
        await asyncio.gather(*(channel.stop_receiving() for channel in self._channels))

    async def close(self) -> None:
        """Close the channels: nothing is sent any more."""
        await asyncio.gather(*(channel.close() for channel in self._channels))

    def _make_draft_page(self) -> DraftPage:
        return DraftPage(
            tokens=DraftTokens(self._key, DRAFT_LINK_TTL),
            content=self._draft_content,
            last_messages=self._application.conversation_queries.story_messages,
            details=self._application.conversation_queries.person_details,
        )

    def _public_page_routes(self) -> Iterable[web.AbstractRouteDef]:
        program, settings = self._application, self._settings
        whatsapp = settings.twilio_whatsapp_from
        layout = PublicLayout(lambda: program.knowledge.base, settings.public_url, program.outage_banners.of)
        chat_links = ChatLinks(whatsapp=None if whatsapp is None else whatsapp.removeprefix("whatsapp:"))
        help_pages = HelpPages(layout, lambda: program.knowledge, utc_now, chat_links)
        news_pages = NewsPages(layout, program.helpdesk.news_desk.current)

        def addresses() -> Iterable[Address]:
            return (*help_pages.addresses(), *news_pages.addresses())

        pages = (self._make_venue_page(layout), help_pages, news_pages)
        routes = (route for page in pages for route in page.routes())
        return (*routes, *site_map_routes(addresses, settings.public_url, lambda: layout.languages))

    def _make_venue_page(self, layout: PublicLayout) -> VenuePage:
        program, tokens, drafts = self._application, VenueLinkTokens(self._key), DraftTokens(self._key, DRAFT_LINK_TTL)

        async def find(token: str) -> KnownVenue | None:
            return await program.transactions.read(
                lambda connection: venue_of_token(connection, tokens, token, utc_now(), self._settings.zone)
            )

        def make_draft(token: str, language: Language) -> str | None:
            number = tokens.read(token)
            return None if number is None else f"/t/{drafts.make(f'{VENUE_LINK_PREFIX}{number}', language)}"

        return VenuePage(
            layout=layout, directory=lambda: program.knowledge.base.directory, find=find, make_draft=make_draft
        )

    def _draft_content(self) -> DraftContent:
        directory = self._application.knowledge.base.directory
        return DraftContent(
            ticket_channel=directory.ticket_channel,
            urgent_line=directory.lines[directory.urgent_line],
            own_numbers=[line.phone for line in directory.lines.values()],
            knowledge=self._application.knowledge.base,
        )

    def _content_version(self) -> str:
        return self._application.knowledge.base.version

    def _make_console(self) -> ConsoleApp:
        program = self._application
        transactions = program.transactions
        passwords, oidc_sign_in = PasswordService(), self._make_oidc(transactions)
        knowledge_access = KnowledgeAccess(
            source=program.knowledge_source,
            released_content=lambda: program.released_content,
            on_change=program.on_lessons_changed,
            edited_content=lambda: program.edited_content,
            directory=lambda: load_directory(self._settings.content_dir),
            edits_need_approval=self._settings.edits_need_approval,
            training_failed=lambda: program.training_failed,
        )
        sections = (
            *helpdesk_sections(
                transactions,
                program.helpdesk.agent_chat,
                knowledge_access,
                CHANNELS,
                program.helpdesk.incident_actions,
                program.media_sources,
            ),
            VenueListView(transactions).section(),
            CustomerImportView(transactions).section(),
            VenuePageView(transactions, knowledge_access, CHANNELS, self._link_signer()).section(),
            OutagesView(transactions, program.helpdesk.outage_desk, knowledge_access).section(),
            NewsView(transactions, program.helpdesk.news_desk).section(),
            DeliveryView(transactions, program.runner, utc_now, program.helpdesk.notification_worker.wake).section(),
            AgentsView(transactions, passwords).section(),
            OwnPasswordView(transactions, self._key, passwords).section(),
            AuditView(transactions).section(),
            SignInView(transactions, self._key, passwords, oidc_enabled=oidc_sign_in is not None).section(),
            *(() if oidc_sign_in is None else (oidc_sign_in.section(),)),
        )
        return ConsoleApp(
            transactions,
            sections,
            channels=CHANNELS,
            clock=utc_now,
            key=self._key,
            public_origin=self._settings.public_url,
            installation=Installation(
                zone=self._settings.zone,
                bot_name=lambda language: program.knowledge.base.directory.bot_name[language],
            ),
        )

    def _link_signer(self) -> VenueLinkSigner:
        return VenueLinkSigner(tokens=VenueLinkTokens(self._key), addresses=LinkAddresses.from_settings(self._settings))

    def _make_oidc(self, transactions: Transactions) -> OidcSignInView | None:
        settings = self._settings
        secret, public = settings.oidc_client_secret, settings.public_url
        if settings.oidc_issuer is None or settings.oidc_client_id is None or secret is None or public is None:
            return None
        role_mapping = RoleMapping(
            admins=split_list(settings.oidc_admins),
            agents=split_list(settings.oidc_agents),
            assume_email_verified=settings.oidc_assume_email_verified,
        )
        provider = OidcClient(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value(),
            clock=utc_now,
            extra_scopes=tuple(settings.oidc_extra_scopes.split()),
            wanted_claims=role_mapping.claims,
        )
        return OidcSignInView(transactions, provider, role_mapping, public_origin=public)
