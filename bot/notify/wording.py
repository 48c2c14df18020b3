"""Puts a notice into words, the same for every way it goes; the sentences stand in texts/, and nothing is sent here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from bot.notify.interface import Kind, Notice, Reach, Said, State, Told, Trial, Withdrawn
from handlers.model.phrases import Phrases
from kb.model import LANGUAGES, Directory, Language, LineId

USUAL_ZONE: Final = "Europe/Riga"
LONGEST: Final = 350
"""Characters of a message that are shown."""

NEWEST: Final = 8
"""Messages of the talk that are shown."""


ROOM: Final = 2800
"""Characters (UTF-16 units, as Telegram counts) of the talk that are shown."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fact; `href` is where it leads."""

    label: str
    text: str
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """A notice in words: what it is, how it stands, the facts, the talk, and that it is no ticket."""

    subject: str
    title: str
    state: str
    rows: tuple[Row, ...] = ()
    heading: str = ""
    talk: tuple[Said, ...] = ()
    end: str
    urgent: bool = False


def zone(name: str | None) -> tzinfo:
    """The time zone of this name, or that of this machine's content; UTC where the machine knows no zones."""
    try:
        return ZoneInfo(name or USUAL_ZONE)
    except ZoneInfoNotFoundError:
        return UTC


def sentences() -> Phrases:
    """What staff reads, in every language."""
    folder = files("bot.notify") / "texts"
    return Phrases({code: yaml.safe_load((folder / f"{code}.yaml").read_text("utf-8")) for code in LANGUAGES})


@dataclass(frozen=True, kw_only=True)
class Words:
    """Speaks to staff: `language` and `zone` are theirs, not those of the talk."""

    phrases: Phrases
    directory: Callable[[], Directory]
    """As it is now: the content may be read again while the program runs."""
    language: Language
    zone: tzinfo

    @classmethod
    def of(cls, directory: Callable[[], Directory], language: Language, time_zone: tzinfo) -> "Words":
        """For the lines of a directory."""
        return cls(phrases=sentences(), directory=directory, language=language, zone=time_zone)

    def line(self, line: LineId) -> str:
        """What a line is called; its id where the content knows it no more."""
        known = self.directory().lines.get(line)
        return line if known is None else known.name[self.language]

    def say(self, key: str, **values: object) -> str:
        """The sentence `key`."""
        return self.phrases(self.language, key, **{name: str(value) for name, value in values.items()})

    def written(self, notice: Told) -> Written:
        """The whole notice."""
        if isinstance(notice, Withdrawn):
            said = self.say("withdrawn", number=notice.handoff)
            subject = self.say("subject_withdrawn", number=notice.handoff)
            return Written(subject=subject, title=said, state="", end=self.say("no_ticket"))
        if isinstance(notice, Trial):
            return Written(
                subject=self.say("subject_trial"), title=self.say("trial"), state="", end=self.say("no_ticket")
            )
        if notice.kind is Kind.REMINDER:
            return self._reminder(notice)
        return self._notice(notice)

    def state(self, notice: Notice) -> str:
        """How it stands: who has it."""
        return self.say(notice.state, who=notice.by or "?")

    def _reminder(self, notice: Notice) -> Written:
        said = self.say("reminder", number=notice.handoff, time=self._time(notice.at))
        whole = self._notice(notice)
        return replace(whole, title=said, state="", rows=(), heading="", talk=())

    def _notice(self, notice: Notice) -> Written:
        reason, line = self.say(notice.reason), self.line(notice.line)
        facts = (
            Row(label=self.say("language"), text=self.say(f"language_{notice.language}")),
            Row(label=self.say("place"), text=_short(notice.place or "")),
            self._reach(notice.reach),
            Row(label=self.say("since"), text=self._time(notice.since)),
        )
        head = f"{reason}\n{self.say('number', number=notice.handoff, line=line)}"
        if notice.kind is Kind.ESCALATION and notice.state is State.OPEN:
            head = f"{head}\n{self.say('escalation', time=self._time(notice.since))}"
        return Written(
            subject=self.say("subject", reason=reason, line=line, number=notice.handoff),
            title=head,
            state=self.state(notice),
            rows=tuple(row for row in facts if row.text),
            heading=self.say("talk"),
            talk=_fitting([self._said(said) for said in notice.said[-NEWEST:] if said.text.strip()]),
            end=self.say("no_ticket"),
            urgent=notice.reason == "trading_stopped",
        )

    def _reach(self, reach: Reach) -> Row:
        label, channel = self.say("reach"), reach.channel if reach.channel in _CHANNELS else "elsewhere"
        if reach.phone is not None:
            return Row(label=label, text=reach.phone, href=f"tel:{reach.phone}")
        return Row(label=label, text=reach.name or self.say(channel), href=reach.link)

    def _said(self, said: Said) -> Said:
        text = _short(said.text)
        return replace(said, text=text if said.mine else self.say("answered", text=text))

    def _time(self, moment: datetime) -> str:
        there = moment.astimezone(self.zone)
        return f"{there:%d.%m. %H:%M}" + (" UTC" if self.zone is UTC else "")


def _fitting(talk: list[Said]) -> tuple[Said, ...]:
    """The newest of it, as much as a message in Telegram holds beside the rest."""
    while len(talk) > 1 and sum(len(said.text.encode("utf-16-le")) // 2 for said in talk) > ROOM:
        del talk[0]
    return tuple(talk)


_CHANNELS: Final = ("webchat", "telegram", "whatsapp")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"
