"""The settings of the program, as one model made of its groups, and what is wrong with their combination."""

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.notify import settings as notices
from bot.notify.wording.staff_sentences import load_time_zone
from bot.settings.retention_settings import RetentionSettings
from bot.settings.sign_in_settings import SignInSettings
from bot.settings.telegram_settings import TelegramSettings
from bot.settings.twilio_settings import TwilioSettings
from bot.text_files import EncodingError, read_text_file
from bot.web.guards.client_address import TrustedProxies
from storage.database import engine
from storage.errors import DatabaseUrlError

SECRET_SETTINGS: Final = (
    "secret_key",
    "telegram_bot_token",
    "telegram_webhook_secret",
    "twilio_auth_token",
    *notices.SECRET_NOTIFICATION_SETTINGS,
    "oidc_client_secret",
)
"""Settings that may be read from a file, named by NAME_FILE."""


class Settings(
    notices.NotificationSettings, TelegramSettings, TwilioSettings, SignInSettings, RetentionSettings, BaseSettings
):
    """The settings; each is an environment variable of the same name in upper case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///data/paligs.sqlite3"
    """The database: SQLite, or `postgresql://user:password@host/name`."""
    content_dir: Path | None = None
    """Another company's knowledge: a folder like `kb/content`. Without it the shipped content is used."""
    timezone: Annotated[str | None, BeforeValidator(notices.parse_time_zone)] = None
    """The time zone of the installation: of notifications, reports, filters and lists. Without it, `Europe/Riga`."""
    read_pictures: bool = True
    """Whether the words of photos are read, where Tesseract is installed."""
    edits_need_approval: bool = False
    """Whether another agent approves what was edited in the console (answers, questions) before the bot says it."""
    secret_key: SecretStr | None = None
    """Signs cookies and draft links, protects the console's sessions. Without it, `data/secret_key` is made once."""
    secret_key_file: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """From which level on events are logged."""
    log_format: Literal["console", "json"] = "console"
    """For people, or for machines."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The default sources, followed by the NOTIFY_<LINE> settings."""
        lines = notices.LineSettingsSource(settings_cls, env_settings, dotenv_settings)
        return (init_settings, env_settings, dotenv_settings, file_secret_settings, lines)

    @property
    def zone(self) -> tzinfo:
        """The time zone of the installation."""
        return load_time_zone(self.timezone or self.notify_timezone)

    @model_validator(mode="after")
    def _check(self) -> Self:
        problems = [*self._read_secret_files(), *self.find_notification_problems(), *self._find_problems()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _read_secret_files(self) -> Iterator[str]:
        for name in SECRET_SETTINGS:
            file: Path | None = getattr(self, f"{name}_file")
            if file is None or getattr(self, name) is not None:
                continue
            try:
                setattr(self, name, SecretStr(read_text_file(file).strip()))
            except OSError as exc:
                yield f"{name.upper()}_FILE: {file}: {type(exc).__name__}: point it at a readable text file"
            except EncodingError as exc:
                yield f"{name.upper()}_FILE: {file}: {exc}"

    def _find_problems(self) -> Iterator[str]:
        if self.secret_key is not None and len(self.secret_key.get_secret_value()) < 16:
            yield "SECRET_KEY: is too short: write at least 16 random characters"
        try:
            engine.check_url(self.database_url)
        except DatabaseUrlError as exc:
            yield f"DATABASE_URL: {exc}"
        if self.content_dir is not None and not self.content_dir.is_dir():
            yield f"CONTENT_DIR: {self.content_dir}: is no folder: write one like kb/content, or nothing"
        try:
            TrustedProxies.parse(self.trusted_proxies)
        except ValueError as exc:
            yield f"TRUSTED_PROXIES: {exc}: write addresses or networks, like 127.0.0.1, 172.16.0.0/12"
        yield from self.find_telegram_problems()
        yield from self.find_twilio_problems()
        yield from self.find_oidc_problems()


class WorkerSettings(Settings):
    """Settings of a worker: one of many processes."""

    def _find_problems(self) -> Iterator[str]:
        yield from super()._find_problems()
        if not self.database_url.strip().startswith("postgres"):
            yield "DATABASE_URL: many machines need PostgreSQL: write postgresql://user:password@host/name"


class WebSettings(WorkerSettings):
    """Settings of a web process: one of many that receive messages."""

    def _find_problems(self) -> Iterator[str]:
        yield from super()._find_problems()
        if self.telegram_bot_token is not None and self.public_url is None:
            yield "PUBLIC_URL: is missing: many processes cannot poll Telegram, it has to call one address"


class UncheckedSettings(Settings):
    """Settings whose combination is not checked, to look for further problems in them."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        tuple(self._read_secret_files())
        return self
