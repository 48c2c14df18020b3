"""What can be set from outside, read once from the environment and .env; every mistake is reported at once."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS: Final = ("secret_key", "telegram_bot_token", "telegram_webhook_secret", "twilio_auth_token")
"""Settings that may stand in a file of their own, named by NAME_FILE."""


class SettingsError(Exception):
    """Some settings are not usable; mend those named below (in the environment or .env) and start again."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join((str(self.__doc__), *(f"  {problem}" for problem in problems))))
        self.problems = problems


def _origin(value: object) -> object:
    """An http(s) address without a path, or nothing."""
    if not isinstance(value, str) or not value.strip():
        return None
    parts = urlsplit(value.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ValueError("write the address people reach this program at, like https://bot.example.lv")
    return f"{parts.scheme}://{parts.netloc}"


Origin = Annotated[str | None, BeforeValidator(_origin)]
Address = Annotated[str, BeforeValidator(_origin)]


class Settings(BaseSettings):
    """The settings; each is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///data/paligs.sqlite3"
    content_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: Origin = None
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"
    telegram_bot_token: SecretStr | None = None
    telegram_bot_token_file: Path | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_webhook_secret_file: Path | None = None
    telegram_api_url: Address = "https://api.telegram.org"
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_auth_token_file: Path | None = None
    twilio_whatsapp_from: str | None = None
    twilio_api_url: Address = "https://api.twilio.com"
    twilio_content: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Self:
        problems = [*self._read_secret_files(), *self._incomplete()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _read_secret_files(self) -> Iterator[str]:
        for name in SECRETS:
            file: Path | None = getattr(self, f"{name}_file")
            if file is None or getattr(self, name) is not None:
                continue
            try:
                setattr(self, name, SecretStr(file.read_text("utf-8").strip()))
            except (OSError, UnicodeDecodeError) as exc:
                yield f"{name.upper()}_FILE: {file}: {type(exc).__name__}: point it at a readable text file"

    def _incomplete(self) -> Iterator[str]:
        if self.secret_key is not None and len(self.secret_key.get_secret_value()) < 16:
            yield "SECRET_KEY: is too short: write at least 16 random characters"
        twilio = ("twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_from")
        missing = [name for name in twilio if getattr(self, name) is None]
        if 0 < len(missing) < len(twilio):
            for name in missing:
                yield f"{name.upper()}: is missing: WhatsApp needs it beside the other TWILIO_ settings"


def read(*, also: Iterable[str] = (), **overrides: Any) -> Settings:
    """The settings as they stand in the environment. `also` are mistakes found elsewhere, to be told with the others.

    Raises:
        SettingsError: names every setting that is wrong, and what to write.
    """
    problems = [*also]
    try:
        settings = Settings(**overrides)
    except ValidationError as exc:
        problems = [line for error in exc.errors() for line in _sentences(error["loc"], error["msg"])] + problems
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def _sentences(place: tuple[int | str, ...], message: str) -> list[str]:
    message = message.removeprefix("Value error, ")
    return [f"{str(place[0]).upper()}: {message}"] if place else message.splitlines()
