"""The sentences of notifications in the language of staff, from texts/ or as the content words them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from bot.notify.interface import HandoffNotification, IncidentNotification
from handlers.model.handoff import CloseReason, HandoffState
from handlers.model.phrases import Phrases
from kb.model import LANGUAGES, Directory, EntryId, Language, LineId

DEFAULT_TIME_ZONE: Final = "Europe/Riga"

ChannelTitles = Mapping[str, Mapping[Language, str]]
"""The titles of channels by name, as in the middle of a sentence."""

TopicTitle = Callable[[EntryId, Language], str | None]
"""The title of an entry; None if the content no longer has it."""

OwnWords = Callable[[Language], Mapping[str, str]]
"""Sentences that the content words itself, by key."""


def no_own_words(_language: Language) -> Mapping[str, str]:
    """As the sentences are shipped."""
    return {}


def no_topic_title(entry: EntryId, language: Language) -> None:
    """For texts without content."""


def load_time_zone(name: str | None) -> tzinfo:
    """The time zone of this name, from the system or the tzdata package; UTC if there is neither."""
    try:
        return ZoneInfo(name or DEFAULT_TIME_ZONE)
    except ZoneInfoNotFoundError:
        return UTC


def load_notification_phrases() -> Phrases:
    """The phrases of notifications, in every language."""
    folder = files("bot.notify") / "texts"
    return Phrases(
        {code: yaml.load((folder / f"{code}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader) for code in LANGUAGES}
    )


@dataclass(frozen=True, kw_only=True)
class StaffSentences:
    """`language` and `zone` are those of staff, not of the conversation."""

    phrases: Phrases
    directory: Callable[[], Directory]
    """The current one: the content may be reloaded while the program runs."""
    language: Language
    zone: tzinfo
    channel_titles: ChannelTitles
    topic_title: TopicTitle = no_topic_title
    own_words: OwnWords = no_own_words

    @property
    def bot_name(self) -> str:
        """What the bot is called."""
        return self.directory().bot_name[self.language]

    def line_name(self, line: LineId) -> str:
        """The name of a line; its id if the content no longer has it."""
        known = self.directory().lines.get(line)
        return line if known is None else known.name[self.language]

    def sentence(self, key: str, **values: object) -> str:
        """The phrase `key`, as the content words it where it does."""
        own = self.own_words(self.language).get(key)
        if own is not None:
            return own.format_map({name: str(value) for name, value in values.items()})
        return self.phrases(self.language, key, **{name: str(value) for name, value in values.items()})

    def language_name(self, language: Language) -> str:
        """What a language is called; its code where there is no word for it, empty where it is not known."""
        key = f"language_{language}"
        named = key in self.own_words(self.language) or key in self.phrases.by_language[self.language]
        return self.sentence(key) if named else language.upper()

    def state_sentence(self, notification: HandoffNotification | IncidentNotification) -> str:
        """The state in words: who has it."""
        state = notification.state
        key = f"closed_{notification.closed_reason or CloseReason.OTHER}" if state is HandoffState.CLOSED else state
        return self.sentence(key, who=notification.last_actor or "?")

    def format_time(self, moment: datetime) -> str:
        """Day and time where staff is."""
        there = moment.astimezone(self.zone)
        return f"{there:%d.%m. %H:%M}" + (" UTC" if self.zone is UTC else "")
