"""Renders notifications as text, the same for every transport; nothing is sent here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bot.notify.interface import (
    AnyNotification,
    ContactMethod,
    HandoffNotification,
    IncidentNotification,
    Retraction,
    SampleNotification,
)
from bot.notify.wording.incident_wording import IncidentWording
from bot.notify.wording.rendered import Fact, RenderedNotification
from bot.notify.wording.shortening import (
    MAX_FACT_CHARS,
    MAX_HEADLINE_PART_CHARS,
    MAX_HEADLINE_WORDS_CHARS,
    MAX_TILL_CHARS,
    cut_line,
    join_parts,
    phone_fact,
    shorten_message,
    tell_person,
)
from bot.notify.wording.staff_sentences import (
    ChannelTitles,
    OwnWords,
    StaffSentences,
    TopicTitle,
    load_notification_phrases,
    no_own_words,
    no_topic_title,
)
from handlers.model.actions import HandoffReason
from handlers.model.handoff import HandoffState, NotificationKind
from handlers.model.messages import MessageKind
from handlers.model.venue import HistoryWords, VenueHistory
from kb.model import Directory, Language


@dataclass(frozen=True, kw_only=True)
class NotificationTexts(StaffSentences):
    """Renders for staff, in their language and time zone."""

    @classmethod
    def for_directory(
        cls,
        directory: Callable[[], Directory],
        language: Language,
        time_zone: tzinfo,
        channel_titles: ChannelTitles,
        topic_title: TopicTitle = no_topic_title,
        own_words: OwnWords = no_own_words,
    ) -> "NotificationTexts":
        """For the lines of a directory."""
        return cls(
            phrases=load_notification_phrases(),
            directory=directory,
            language=language,
            zone=time_zone,
            channel_titles=channel_titles,
            topic_title=topic_title,
            own_words=own_words,
        )

    def render(self, notification: AnyNotification) -> RenderedNotification:
        """Render a notification."""
        if isinstance(notification, IncidentNotification):
            return IncidentWording(staff=self).render(notification)
        return self._render_single(notification)

    def _render_single(
        self, notification: HandoffNotification | Retraction | SampleNotification
    ) -> RenderedNotification:
        if isinstance(notification, Retraction):
            said = self.sentence("withdrawn", number=notification.handoff)
            subject = self.sentence("subject_withdrawn", number=notification.handoff)
            return RenderedNotification(subject=subject, title=said, state="", footer=self.sentence("no_ticket"))
        if isinstance(notification, SampleNotification):
            return RenderedNotification(
                subject=self.sentence("subject_trial"),
                title=self.sentence("trial"),
                state="",
                footer=self.sentence("no_ticket"),
            )
        if notification.kind is NotificationKind.REMINDER:
            said = self.sentence("reminder", number=notification.handoff, time=self.format_time(notification.at))
            return self._render_once(notification, f"{said}\n{self.headline(notification)}")
        if notification.kind is NotificationKind.QUESTION:
            who = notification.last_actor or "?"
            said = self.sentence("still_yours", number=notification.handoff, who=who)
            return self._render_once(notification, f"{said}\n{self.headline(notification)}")
        if notification.kind is NotificationKind.NEWS:
            said = self._news(notification)
            return self._render_once(
                notification, f"{self.headline(notification)}\n{said}", words=notification.newest_words[-1:]
            )
        return self._render_notification(notification)

    def _news(self, notification: HandoffNotification) -> str:
        """What is new of a hand-off."""
        number = notification.handoff
        if notification.moved_from is not None:
            line, before = self.line_name(notification.line), self.line_name(notification.moved_from)
            return self.sentence("moved", number=number, line=line, before=before)
        if notification.reopened:
            key = "reopened" if notification.last_taker is None else "reopened_for"
            return self.sentence(key, number=number, who=notification.last_taker or "")
        if notification.also_asked:
            lines = ", ".join(map(self.line_name, notification.also_asked))
            return self.sentence("line_asked", number=number, lines=lines)
        return self.sentence("news", number=number)

    def headline(self, notification: HandoffNotification) -> str:
        """How bad it is, where, who, which number, and what: all that a lock screen shows."""
        where = tell_person(
            notification.details,
            self._known_place(notification) or notification.location,
            notification.profile_name,
            notification.contact,
            known=notification.venue is not None,
        )
        words = cut_line(notification.first_words or notification.picture_text, MAX_HEADLINE_WORDS_CHARS)
        told = " – ".join(part for part in (where, words) if part)
        reason = self.sentence(notification.reason)
        return f"{reason}: {told}" if told else reason

    def _known_place(self, notification: HandoffNotification) -> str:
        """The venue and the till, which is not cut off where the address is long."""
        till = cut_line(notification.till, MAX_TILL_CHARS)
        room = MAX_HEADLINE_PART_CHARS - (len(till) + 2 if till else 0)
        return join_parts(cut_line(notification.venue, room), till) if notification.venue else ""

    def _render_once(
        self, notification: HandoffNotification, title: str, words: tuple[str, ...] = ()
    ) -> RenderedNotification:
        """A message that is sent once, beside the notification that follows the hand-off."""
        whole = self._render_notification(notification)
        state = self.state_sentence(notification) if notification.kind is NotificationKind.NEWS else ""
        return replace(whole, title=title, state=state, facts=(), words=tuple(map(shorten_message, words)))

    def _render_notification(self, notification: HandoffNotification) -> RenderedNotification:
        line, headline = self.line_name(notification.line), self.headline(notification)
        title = f"{headline}\n{self.sentence('number', number=notification.handoff, line=line)}"
        if notification.kind is NotificationKind.ESCALATION and notification.state is HandoffState.OPEN:
            title = f"{title}\n{self.sentence('escalation', time=self.format_time(notification.since))}"
        said = (notification.first_words, *notification.newest_words)
        return RenderedNotification(
            subject=self.sentence("subject", headline=headline, number=notification.handoff),
            title=title,
            state=self.state_sentence(notification),
            words=tuple(shorten_message(text) for text in said if text.strip()),
            facts=tuple(fact for fact in self._facts(notification) if fact.text),
            footer=self.sentence("no_ticket"),
            urgent=notification.reason is HandoffReason.TRADING_STOPPED,
        )

    def _why_not_written(self, notification: HandoffNotification) -> str:
        if notification.opted_out:
            return self.sentence("opted_out")
        return self.sentence("unreachable") if notification.unreachable else ""

    def _facts(self, notification: HandoffNotification) -> tuple[Fact, ...]:
        details = notification.details
        told = (notification.venue, details.place, notification.location)
        places = dict.fromkeys(place for place in told if place)
        names = dict.fromkeys(name for name in (details.name, notification.profile_name) if name)
        device = join_parts(notification.till, details.device)
        topic = notification.topic and self.topic_title(notification.topic, self.language)
        return (
            Fact(label=self.sentence("place"), text=cut_line(" / ".join(places), MAX_FACT_CHARS)),
            Fact(label=self.sentence("earlier"), text=self._history(notification.venue_history, notification.since)),
            Fact(label=self.sentence("name"), text=cut_line(" / ".join(names), MAX_FACT_CHARS)),
            phone_fact(self.sentence("phone"), details.phone or ""),
            Fact(
                label=self.sentence("device"),
                text=cut_line(device, MAX_FACT_CHARS),
            ),
            Fact(label=self.sentence("also_asked"), text=", ".join(map(self.line_name, notification.also_asked))),
            self._contact_fact(notification.contact, alone=details.phone is None),
            Fact(label=self.sentence("reply"), text=self._why_not_written(notification)),
            Fact(label=self.sentence("language"), text=self.language_name(notification.language)),
            Fact(label=self.sentence("since"), text=self.format_time(notification.since)),
            Fact(label=self.sentence("sent"), text=self._media(notification.media)),
            Fact(label=self.sentence("picture_text"), text=shorten_message(notification.picture_text)),
            Fact(label=self.sentence("incident"), text=str(notification.incident) if notification.incident else ""),
            Fact(label=self.bot_name, text=self.sentence("answered", topic=topic) if topic else ""),
            Fact(label=self.sentence("talk"), text=notification.link or "", href=notification.link),
        )

    def _history(self, history: VenueHistory | None, opened_at: datetime) -> str:
        """As it was when the hand-off was opened: "yesterday" is the day before that."""
        today = opened_at.astimezone(self.zone).date()
        words = HistoryWords(
            sentence=self.sentence,
            title=lambda entry: self.topic_title(entry, self.language),
            today=today,
            zone=self.zone,
        )
        return cut_line(words.tell(history), MAX_FACT_CHARS) if history is not None else ""

    def _media(self, media: Mapping[MessageKind, int]) -> str:
        counted = ((self.sentence(f"sent_{kind}"), count) for kind, count in media.items())
        return ", ".join(name if count == 1 else f"{name} ×{count}" for name, count in counted)

    def _contact_fact(self, contact: ContactMethod, *, alone: bool) -> Fact:
        """The channel, and how the person is reached there; `alone` if no number was told."""
        titles = self.channel_titles.get(contact.channel)
        title = titles[self.language] if titles is not None else self.sentence("chat")
        reached = contact.phone or contact.name
        text = f"{title}, {reached}" if reached else title
        if reached is None and contact.link is None and alone:
            text = self.sentence("no_contact", channel=title)
        return Fact(
            label=self.sentence("reach"), text=text, href=f"tel:{contact.phone}" if contact.phone else contact.link
        )
