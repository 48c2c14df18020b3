"""Renders the notifications of an incident: one message for all of its hand-offs."""

from dataclasses import dataclass
from typing import Final

from bot.notify.interface import IncidentMember, IncidentNotification
from bot.notify.wording.rendered import Fact, RenderedNotification
from bot.notify.wording.shortening import MAX_HEADLINE_WORDS_CHARS, cut_line, tell_person
from bot.notify.wording.staff_sentences import StaffSentences
from handlers.model.actions import HandoffReason
from handlers.model.handoff import HandoffState, NotificationKind
from kb.model import EntryId

MAX_CAUSES_SHOWN: Final = 3
"""Maximum number of causes in the first line of an incident."""


@dataclass(frozen=True, kw_only=True)
class IncidentWording:
    """Renders for staff, in the sentences of `staff`."""

    staff: StaffSentences

    def render(self, notification: IncidentNotification) -> RenderedNotification:
        """One message for all hand-offs of an incident, with a line for each that is shown."""
        number, headline = notification.handoff, self._headline(notification)
        line = self.staff.line_name(notification.line)
        title = f"{headline}\n{self.staff.sentence('incident_number', number=number, line=line)}"
        since = self.staff.format_time(notification.since)
        if notification.kind is NotificationKind.QUESTION:
            return self._question(notification, headline)
        match notification.kind:
            case NotificationKind.REMINDER:
                said = self.staff.sentence(
                    "incident_reminder", number=number, time=self.staff.format_time(notification.at)
                )
                title = f"{said}\n{headline}"
            case NotificationKind.NEWS:
                title = f"{headline}\n{self.staff.sentence('incident_news', number=number)}"
            case NotificationKind.ESCALATION if notification.state is HandoffState.OPEN:
                title = f"{title}\n{self.staff.sentence('escalation', time=since)}"
        hidden = notification.count - len(notification.members)
        more = (self.staff.sentence("incident_more", count=hidden),) if hidden else ()
        return RenderedNotification(
            subject=self.staff.sentence("incident_subject", headline=headline, number=number),
            title=title,
            state=self.staff.state_sentence(notification),
            words=(*more, *map(self._member_line, notification.members)),
            facts=tuple(
                fact
                for fact in (
                    Fact(label=self.staff.sentence("since"), text=since),
                    Fact(label=self.staff.sentence("talk"), text=notification.link or "", href=notification.link),
                    *self._outage_proposal(notification),
                )
                if fact.text
            ),
            footer=self.staff.sentence("no_ticket"),
            urgent=notification.reason is HandoffReason.TRADING_STOPPED,
        )

    def _question(self, notification: IncidentNotification, headline: str) -> RenderedNotification:
        """Whether those who have it still do: its list stands in the message that this one answers."""
        number, who = notification.handoff, notification.last_actor or "?"
        return RenderedNotification(
            subject=self.staff.sentence("incident_subject", headline=headline, number=number),
            title=f"{self.staff.sentence('incident_still_yours', number=number, who=who)}\n{headline}",
            state="",
            footer=self.staff.sentence("no_ticket"),
            urgent=notification.reason is HandoffReason.TRADING_STOPPED,
        )

    def _outage_proposal(self, notification: IncidentNotification) -> tuple[Fact, ...]:
        if not notification.may_be_outage or notification.state is HandoffState.CLOSED:
            return ()
        where = notification.outage_link or self.staff.sentence("outage_in_console")
        return (Fact(label=self.staff.sentence("one_outage"), text=where, href=notification.outage_link),)

    def _headline(self, notification: IncidentNotification) -> str:
        """How bad it is, how many, and the causes that they name, the commonest first."""
        titles = ((self._cause(cause), count) for cause, count in notification.causes)
        named = [f"{title} {count}" for title, count in titles if title][:MAX_CAUSES_SHOWN]
        key = "incident_verified" if notification.verified else "incident_anonymous"
        counted = self.staff.sentence(key, count=notification.count)
        told = " – ".join((counted, *([", ".join(named)] if named else [])))
        return f"{self.staff.sentence(notification.reason)}: {told}"

    def _member_line(self, member: IncidentMember) -> str:
        where = tell_person(member.details, member.location, member.profile_name, member.contact)
        words, cause = cut_line(member.words, MAX_HEADLINE_WORDS_CHARS), self._cause(member.cause)
        told = " – ".join(part for part in (where, words, cause) if part)
        return self.staff.sentence(f"member_{member.state}", number=member.handoff, told=told)

    def _cause(self, cause: EntryId | None) -> str:
        return (cause and self.staff.topic_title(cause, self.staff.language)) or ""
