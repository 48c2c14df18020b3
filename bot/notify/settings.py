"""The notification settings; a part of bot.settings, which reports their problems with all others."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
)

from bot.notify.smtp import parse_mail_server

SETTING_PREFIX: Final = "notify_"
OUTAGE_KEY: Final = "stopped"
"""The key of NOTIFY_AFTER for outages."""
QUESTION_KEY: Final = "taken"
"""The key of NOTIFY_AFTER for the question to whoever has a hand-off."""

_SYSTEMD_VARIABLE: Final = "notify_socket"
"""Set by systemd for its services."""

_MINUTES_PART: Final = re.compile(r"\s*(?:([^\s=,;]+)\s*=\s*)?([0-9]+(?:\.[0-9]+)?)\s*")


def _parse_minutes(value: object) -> object:
    """Parse "10, technical=5, stopped=3" by line; the key "" is for all others."""
    if not isinstance(value, str):
        return value
    parts = [_MINUTES_PART.fullmatch(part) for part in re.split(r"[,;]", value) if part.strip()]
    if not all(part is not None and float(part[2]) > 0 for part in parts):
        raise ValueError("write minutes, for all lines or some: 10, technical=5, stopped=3")
    return {(part[1] or "").casefold(): float(part[2]) for part in parts if part is not None}


def parse_time_zone(value: object) -> object:
    """The name of a time zone that is known here, or None."""
    if value is None:
        return None
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not known here: write one like Europe/Riga, and see that tzdata is installed") from None
    return value


class NotificationSettings(BaseModel):
    """Whom to notify of hand-offs. `notify` holds the NOTIFY_<LINE> settings, by line."""

    notify: Annotated[dict[str, SecretStr], NoDecode] = Field(default_factory=dict)
    """Who is notified of hand-offs to a line: `telegram:-100...`, an e-mail address, an Apprise URL."""
    notify_escalation: SecretStr | None = None
    """Who is notified when nobody on the line takes it."""
    notify_escalation_file: Path | None = None
    notify_after: Annotated[dict[str, float], NoDecode, BeforeValidator(_parse_minutes)] = Field(default_factory=dict)
    """Minutes until the reminder, for all lines or by line: `10, stopped=3, taken=60` without it. `stopped` is for
    outages; after `taken` whoever has it is asked whether they still do."""
    notify_gather: Annotated[float, Field(ge=0, le=60)] = 4.0
    """Seconds in which further words are gathered before a letter; groups are told at once, and the message edited."""
    notify_incident_from: Annotated[int, Field(ge=1, le=100)] = 3
    """From how many similar hand-offs on they are one incident, shown and notified together; 1 joins none."""
    notify_incident_minutes: Annotated[float, Field(gt=0, le=240)] = 10.0
    """How close together, in minutes, the hand-offs of an incident come."""
    notify_incident_messages: Annotated[int, Field(ge=0, le=20)] = 6
    """How many calls of an incident, told in new words, are notified by themselves as well; its list tells the rest."""
    notify_from: str | None = None
    """The sender of e-mails. Without it, it is the user of `SMTP_URL`."""
    notify_language: Literal["lv", "ru", "en"] = "lv"
    """The language of notifications."""
    notify_timezone: Annotated[str | None, BeforeValidator(parse_time_zone)] = None
    """The older name of `TIMEZONE`, used where that is not set."""
    agent_chat_minutes: int = Field(default=30, ge=1, le=1440)
    """For how long the bot is silent after an agent has written in a conversation."""
    reopen_hours: Annotated[float, Field(ge=0, le=168)] = 12.0
    """For how many hours after a hand-off was closed it opens again when the person writes that it still does not work;
    0 opens none."""
    smtp_url: SecretStr | None = None
    """The mail server: `smtps://user:password@host`, `smtp+starttls://...:587`, `smtp://host:25`."""
    smtp_url_file: Path | None = None

    def find_notification_problems(self) -> Iterator[str]:
        """Their problems, each with what to write; reads the files of NOTIFY_<LINE>_FILE."""
        for name in [name for name in self.notify if name.endswith("_file")]:
            file = Path(self.notify.pop(name).get_secret_value())
            try:
                self.notify.setdefault(name.removesuffix("_file"), SecretStr(file.read_text("utf-8")))
            except (OSError, UnicodeDecodeError) as exc:
                setting = f"{SETTING_PREFIX}{name}".upper()
                yield f"{setting}: {file}: {type(exc).__name__}: point it at a readable text file"
        if self.smtp_url is not None:
            try:
                parse_mail_server(self.smtp_url.get_secret_value())
            except ValueError as exc:
                yield f"SMTP_URL: {exc}"


SECRET_NOTIFICATION_SETTINGS: Final = ("notify_escalation", "smtp_url")


class LineSettingsSource(PydanticBaseSettingsSource):
    """NOTIFY_<LINE> settings for the lines of any content: their names are not known here."""

    def __init__(self, settings: type[BaseSettings], *sources: PydanticBaseSettingsSource) -> None:
        super().__init__(settings)
        self._sources = sources

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Nothing by field."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All lines; earlier sources win."""
        found: dict[str, str] = {}
        for source in self._sources:
            if isinstance(source, EnvSettingsSource | DotEnvSettingsSource):
                found = _line_variables(source.env_vars) | found
        return {"notify": found} if found else {}


def _line_variables(variables: Mapping[str, str | None]) -> dict[str, str]:
    """The NOTIFY_ variables that are not settings of their own."""
    others = {*NotificationSettings.model_fields, _SYSTEMD_VARIABLE}
    return {
        name.removeprefix(SETTING_PREFIX): value
        for name, value in variables.items()
        if name.startswith(SETTING_PREFIX) and name not in others and value
    }
