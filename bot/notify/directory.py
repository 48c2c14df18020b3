"""Combines the notification settings with the lines of the content into recipients; refuses the ticket mailbox."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from bot.notify.routing import NO_TARGETS, IncidentPlan, RoutingPlan, Targets
from bot.notify.settings import OUTAGE_KEY, QUESTION_KEY, SETTING_PREFIX, NotificationSettings
from bot.notify.smtp import MailServer, parse_mail_server
from bot.notify.staff_address import (
    ADDRESS_REMEDIES,
    StaffAddress,
    StaffAddressError,
    Transport,
    parse_plain_mailbox,
    parse_staff_address,
)
from bot.notify.ticket_mailbox import may_reach_ticket_mailbox
from kb.model import Directory, LineId


class RecipientsError(Exception):
    """Some notification settings are not usable."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join((str(self.__doc__), *problems)))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """Who is notified (`plan`, by name), the addresses (`addresses`), and the mail server."""

    routing: RoutingPlan = field(default_factory=RoutingPlan)
    addresses: Mapping[str, StaffAddress] = field(default_factory=lambda: MappingProxyType({}))
    mail_server: MailServer | None = None
    sender: str | None = None

    @property
    def groups(self) -> frozenset[str]:
        """The Telegram groups that receive notifications, without topics: only their members may act."""
        telegram = (address for address in self.addresses.values() if address.transport is Transport.TELEGRAM)
        return frozenset(address.target.partition("/")[0] for address in telegram)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is ever notified."""
        return not self.addresses


def read_recipients(settings: NotificationSettings, directory: Directory, *, telegram: bool) -> Recipients:
    """The recipients of each line; `telegram` tells whether there is a bot that can write to groups.

    Raises:
        RecipientsError: names every setting that is wrong, and what to write.
    """
    reading = _RecipientParser(settings, directory, telegram=telegram)
    found = reading.parse()
    if reading.problems:
        raise RecipientsError(tuple(reading.problems))
    return found


class _RecipientParser:
    """Parses all settings, and collects their problems."""

    def __init__(self, settings: NotificationSettings, directory: Directory, *, telegram: bool) -> None:
        self._settings, self._directory, self._telegram = settings, directory, telegram
        self._ticket = directory.ticket_channel.address
        self._addresses: dict[str, StaffAddress] = {}
        self.problems: list[str] = []

    def parse(self) -> Recipients:
        settings, ids = self._settings, {line.casefold(): line for line in self._directory.lines}
        lines: dict[LineId, Targets] = {}
        for name, written in settings.notify.items():
            setting = f"{SETTING_PREFIX}{name}".upper()
            targets = self._parse_targets(setting, written.get_secret_value())
            if name not in ids:
                self.problems.append(f"{setting}: no line is called so: write {self._line_setting_names()}")
            else:
                lines[ids[name]] = targets
        escalation = NO_TARGETS
        if settings.notify_escalation is not None:
            escalation = self._parse_targets("NOTIFY_ESCALATION", settings.notify_escalation.get_secret_value())
        server, sender = self._parse_mail_settings()
        plan = self._parse_routing(lines, escalation, ids)
        return Recipients(routing=plan, addresses=MappingProxyType(self._addresses), mail_server=server, sender=sender)

    def _line_setting_names(self) -> str:
        return ", ".join(f"{SETTING_PREFIX}{line}".upper() for line in self._directory.lines)

    def _parse_targets(self, setting: str, value: str) -> Targets:
        """The targets of a setting, separated by line breaks or commas."""
        parts = [part.strip() for part in value.replace(",", "\n").replace(";", "\n").splitlines() if part.strip()]
        if not parts:
            self.problems.append(f"{setting}: names nobody: write a target, or take the setting away")
        found: dict[str, bool] = {}
        # A comma may be a trick that splits an address: the whole is checked too.
        if may_reach_ticket_mailbox(value, self._ticket) and not any(
            may_reach_ticket_mailbox(part, self._ticket) for part in parts
        ):
            self._add_problem(setting, 0, len(parts), ADDRESS_REMEDIES["ticket"])
        for place, part in enumerate(parts):
            try:
                address = parse_staff_address(part, self._ticket)
            except StaffAddressError as exc:
                self._add_problem(setting, place, len(parts), str(exc))
                continue
            self._addresses[address.name] = address
            found[address.name] = address.transport is Transport.TELEGRAM
            self.problems.extend(self._find_missing_settings(setting, address))
        return MappingProxyType(found)

    def _add_problem(self, setting: str, index: int, count: int, remedy: str) -> None:
        which = f"target {index + 1} " if count > 1 else ""
        self.problems.append(f"{setting}: {which}{remedy}")

    def _find_missing_settings(self, setting: str, address: StaffAddress) -> Iterator[str]:
        if address.transport is Transport.TELEGRAM and not self._telegram:
            yield f"{setting}: a Telegram group needs TELEGRAM_BOT_TOKEN: set it, or write another target"
        if address.transport is Transport.MAIL and self._settings.smtp_url is None:
            yield f"{setting}: an e-mail address needs SMTP_URL and NOTIFY_FROM: set them, or write another target"

    def _parse_mail_settings(self) -> tuple[MailServer | None, str | None]:
        """The mail server. Bounces go to the sender, which must not be the ticket mailbox either."""
        written, url = self._settings.notify_from, self._settings.smtp_url
        server = None if url is None else parse_mail_server(url.get_secret_value())
        user = None if server is None else server.user
        if user is not None and may_reach_ticket_mailbox(user, self._ticket):
            self.problems.append(f"SMTP_URL: the user {ADDRESS_REMEDIES['ticket']}, and a mailbox to sign in with")
        sender = written.strip() if written is not None else user
        if sender is not None and may_reach_ticket_mailbox(sender, self._ticket):
            self.problems.append(
                f"NOTIFY_FROM: {ADDRESS_REMEDIES['ticket']}: what cannot be delivered comes back to it"
            )
        elif server is not None and (sender is None or parse_plain_mailbox(sender) is None):
            self.problems.append("NOTIFY_FROM: letters need a sender: write a plain address, such as paligs@host.lv")
        return server, sender

    def _parse_routing(
        self, targets_by_line: Mapping[LineId, Targets], escalation: Targets, ids: Mapping[str, LineId]
    ) -> RoutingPlan:
        after = dict(self._settings.notify_after)
        usual, stopped = after.pop("", 10.0), after.pop(OUTAGE_KEY, 3.0)
        taken = after.pop(QUESTION_KEY, 60.0)
        for name in after.keys() - ids.keys():
            known = ", ".join((*ids, OUTAGE_KEY, QUESTION_KEY))
            self.problems.append(f"NOTIFY_AFTER: no line is called {name}: write minutes for some of {known}")
        return RoutingPlan(
            targets_by_line=MappingProxyType(dict(targets_by_line)),
            escalation_targets=escalation,
            reminder_delays=MappingProxyType(
                {ids[name]: timedelta(minutes=after[name]) for name in after if name in ids}
            ),
            default_delay=timedelta(minutes=usual),
            outage_delay=timedelta(minutes=stopped),
            question_delay=timedelta(minutes=taken),
            gather=timedelta(seconds=self._settings.notify_gather),
            incidents=IncidentPlan(
                min_handoffs=self._settings.notify_incident_from,
                window=timedelta(minutes=self._settings.notify_incident_minutes),
                max_messages=self._settings.notify_incident_messages,
            ),
        )
