"""Puts the settings about notices and the content's lines together: who is told what; refuses the ticket mailbox."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from bot.notify.routing import NOBODY, Plan, Targets
from bot.notify.settings import PREFIX, STOPPED, NoticeSettings
from bot.notify.smtp import MailServer, mail_server
from bot.notify.staff_address import REMEDIES, AddressError, StaffAddress, Way, plain_mailbox, staff_address
from bot.notify.ticket_mailbox import leads_to
from kb.model import Directory, LineId


class StaffError(Exception):
    """Some settings about notices are not usable."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join((str(self.__doc__), *problems)))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Whom to tell (`plan`, by name), where they are (`addresses`), and how letters leave."""

    plan: Plan = field(default_factory=Plan)
    addresses: Mapping[str, StaffAddress] = field(default_factory=lambda: MappingProxyType({}))
    server: MailServer | None = None
    sender: str | None = None

    @property
    def groups(self) -> frozenset[str]:
        """The Telegram groups that notices go to, without their topics: whoever is in one may act."""
        telegram = (address for address in self.addresses.values() if address.way is Way.TELEGRAM)
        return frozenset(address.target.partition("/")[0] for address in telegram)

    @property
    def nobody(self) -> bool:
        """Whether nobody is told of anything."""
        return not self.addresses


def staff(settings: NoticeSettings, directory: Directory, *, telegram: bool) -> Staff:
    """Who is told of which line; `telegram` tells whether there is a bot that can write to groups.

    Raises:
        StaffError: names every setting that is wrong, and what to write.
    """
    reading = _Reading(settings, directory, telegram=telegram)
    found = reading.staff()
    if reading.problems:
        raise StaffError(tuple(reading.problems))
    return found


class _Reading:
    """Reads everything, and gathers what is wrong."""

    def __init__(self, settings: NoticeSettings, directory: Directory, *, telegram: bool) -> None:
        self._settings, self._directory, self._telegram = settings, directory, telegram
        self._ticket = directory.ticket_channel.address
        self._addresses: dict[str, StaffAddress] = {}
        self.problems: list[str] = []

    def staff(self) -> Staff:
        settings, ids = self._settings, {line.casefold(): line for line in self._directory.lines}
        lines: dict[LineId, Targets] = {}
        for name, written in settings.notify.items():
            setting = f"{PREFIX}{name}".upper()
            targets = self._targets(setting, written.get_secret_value())
            if name not in ids:
                self.problems.append(f"{setting}: no line is called so: write {self._names()}")
            else:
                lines[ids[name]] = targets
        escalation = NOBODY
        if settings.notify_escalation is not None:
            escalation = self._targets("NOTIFY_ESCALATION", settings.notify_escalation.get_secret_value())
        server, sender = self._post()
        plan = self._plan(lines, escalation, ids)
        return Staff(plan=plan, addresses=MappingProxyType(self._addresses), server=server, sender=sender)

    def _names(self) -> str:
        return ", ".join(f"{PREFIX}{line}".upper() for line in self._directory.lines)

    def _targets(self, setting: str, written: str) -> Targets:
        """The targets that a setting names, one a line or between commas."""
        parts = [part.strip() for part in written.replace(",", "\n").replace(";", "\n").splitlines() if part.strip()]
        if not parts:
            self.problems.append(f"{setting}: names nobody: write a target, or take the setting away")
        found: dict[str, bool] = {}
        # A comma may be a trick that parts an address: the whole is looked at too.
        if leads_to(written, self._ticket) and not any(leads_to(part, self._ticket) for part in parts):
            self._refuse(setting, 0, len(parts), REMEDIES["ticket"])
        for place, part in enumerate(parts):
            try:
                address = staff_address(part, self._ticket)
            except AddressError as exc:
                self._refuse(setting, place, len(parts), str(exc))
                continue
            self._addresses[address.name] = address
            found[address.name] = address.way is Way.TELEGRAM
            self.problems.extend(self._lacking(setting, address))
        return MappingProxyType(found)

    def _refuse(self, setting: str, place: int, of: int, why: str) -> None:
        which = f"target {place + 1} " if of > 1 else ""
        self.problems.append(f"{setting}: {which}{why}")

    def _lacking(self, setting: str, address: StaffAddress) -> Iterator[str]:
        if address.way is Way.TELEGRAM and not self._telegram:
            yield f"{setting}: a Telegram group needs TELEGRAM_BOT_TOKEN: set it, or write another target"
        if address.way is Way.MAIL and self._settings.smtp_url is None:
            yield f"{setting}: an e-mail address needs SMTP_URL and NOTIFY_FROM: set them, or write another target"

    def _post(self) -> tuple[MailServer | None, str | None]:
        """How letters leave. They come back to whoever sent them: that must not be the ticket mailbox either."""
        written, url = self._settings.notify_from, self._settings.smtp_url
        server = None if url is None else mail_server(url.get_secret_value())
        user = None if server is None else server.user
        if user is not None and leads_to(user, self._ticket):
            self.problems.append(f"SMTP_URL: the user {REMEDIES['ticket']}, and a mailbox to sign in with")
        sender = written.strip() if written is not None else user
        if sender is not None and leads_to(sender, self._ticket):
            self.problems.append(f"NOTIFY_FROM: {REMEDIES['ticket']}: what cannot be delivered comes back to it")
        elif server is not None and (sender is None or plain_mailbox(sender) is None):
            self.problems.append("NOTIFY_FROM: letters need a sender: write a plain address, such as paligs@host.lv")
        return server, sender

    def _plan(self, lines: Mapping[LineId, Targets], escalation: Targets, ids: Mapping[str, LineId]) -> Plan:
        after = dict(self._settings.notify_after)
        usual, stopped = after.pop("", 10.0), after.pop(STOPPED, 3.0)
        for name in after.keys() - ids.keys():
            known = ", ".join((*ids, STOPPED))
            self.problems.append(f"NOTIFY_AFTER: no line is called {name}: write minutes for some of {known}")
        return Plan(
            lines=MappingProxyType(dict(lines)),
            escalation=escalation,
            after=MappingProxyType({ids[name]: timedelta(minutes=after[name]) for name in after if name in ids}),
            otherwise=timedelta(minutes=usual),
            stopped=timedelta(minutes=stopped),
        )
