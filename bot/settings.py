"""Reads the settings from the environment and .env, and reports all problems together."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.channels.sms.product import PRODUCT as SMS
from bot.channels.twilio.account import TwilioAccount, TwilioAccountError, TwilioProduct
from bot.channels.whatsapp.product import PRODUCT as WHATSAPP
from bot.channels.whatsapp.templates import find_template_problems
from bot.notify import settings as notices
from bot.notify.wording.staff_sentences import load_time_zone
from bot.text_files import EncodingError, read_text_file
from bot.web.guards.client_address import LOCAL_PROXIES, TrustedProxies
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


TWILIO_PRODUCTS: Final = (WHATSAPP, SMS)
"""Each has a sender of its own in the settings; one is enough."""

_TELEGRAM_TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]+")
_BOT_USERNAME: Final = re.compile(r"[A-Za-z]\w{4,31}", re.ASCII)
_WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")


class SettingsError(Exception):
    """Some settings are not usable; fix those named below (in the environment or .env) and start again."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join((str(self.__doc__), *(f"  {problem}" for problem in problems))))
        self.problems = problems


def _parse_origin(value: object) -> object:
    """An http(s) origin without a path, or None."""
    if not isinstance(value, str) or not value.strip():
        return None
    parts = urlsplit(value.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ValueError("write the address people reach this program at, like https://bot.example.lv")
    return f"{parts.scheme}://{parts.netloc}"


def _parse_json_object(value: object) -> object:
    """Parsed JSON; invalid JSON is reported as one problem among others."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('write a JSON object, like {"quick-reply-2": "HX..."}, or leave it out') from None


def _parse_issuer(value: object) -> object:
    """The issuer of an identity provider, exactly as the provider writes it."""
    if not isinstance(value, str) or not value.strip():
        return None
    parts = urlsplit(value.strip())
    at_home = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.query or (parts.scheme != "https" and not (at_home and parts.scheme == "http")):
        raise ValueError("write the issuer as the provider names itself, like https://login.example.lv/realm")
    return value.strip()


OptionalOrigin = Annotated[str | None, BeforeValidator(_parse_origin)]
RequiredOrigin = Annotated[str, BeforeValidator(_parse_origin)]


class Settings(notices.NotificationSettings, BaseSettings):
    """The settings; each is an environment variable of the same name in upper case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///data/paligs.sqlite3"
    """The database: SQLite, or `postgresql://user:password@host/name`."""
    content_dir: Path | None = None
    """Another company's knowledge: a folder like `kb/content`. Without it the shipped content is used."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=8080, ge=0, le=65535)
    """The port to listen on."""
    public_url: OptionalOrigin = None
    """The https address, without a path, that people and platforms reach the program at."""
    timezone: Annotated[str | None, BeforeValidator(notices.parse_time_zone)] = None
    """The time zone of the installation: of notifications, reports, filters and lists. Without it, `Europe/Riga`."""
    trusted_proxies: str = LOCAL_PROXIES
    """Addresses or networks of the proxies in front, with commas between: only their `X-Forwarded-For` is believed."""
    secret_key: SecretStr | None = None
    """Signs cookies and draft links, protects the console's sessions. Without it, `data/secret_key` is made once."""
    secret_key_file: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """From which level on events are logged."""
    log_format: Literal["console", "json"] = "console"
    """For people, or for machines."""
    conversation_retention_days: int | None = Field(default=None, ge=1, le=36500)
    """For how many days after the last message a conversation is kept; then it is erased. Without it, for ever."""
    handoff_retention_days: int | None = Field(default=None, ge=1, le=36500)
    """For how many days after it was closed a hand-off is kept by itself. Without it, as long as its conversation."""
    read_pictures: bool = True
    """Whether the words of photos are read, where Tesseract is installed."""
    media_retention_days: int | None = Field(default=None, ge=1, le=36500)
    """For how many days a picture or recording can be opened; then its reference is forgotten. Without it, as long as
    its conversation."""
    audit_retention_days: int = Field(default=400, ge=1, le=36500)
    """For how many days records of the console's audit log are kept."""
    telegram_bot_token: SecretStr | None = None
    """The token of @BotFather; opens Telegram: by webhook with `PUBLIC_URL`, else by polling."""
    telegram_bot_token_file: Path | None = None
    telegram_bot_username: str | None = None
    """The bot's name without `@`: the links and QR codes of venues lead to it."""
    telegram_webhook_secret: SecretStr | None = None
    """What Telegram's calls are known by. Without it, it is made from the token."""
    telegram_webhook_secret_file: Path | None = None
    telegram_api_url: RequiredOrigin = "https://api.telegram.org"
    """Where the Bot API is."""
    twilio_account_sid: str | None = None
    """The account at Twilio, `AC...`; needs `PUBLIC_URL`."""
    twilio_auth_token: SecretStr | None = None
    """The account's main auth token: it checks the webhooks too."""
    twilio_auth_token_file: Path | None = None
    twilio_whatsapp_from: str | None = None
    """The WhatsApp sender, as `+37120000000`; opens WhatsApp."""
    twilio_sms_from: str | None = None
    """The SMS sender, as `+37120000000`; opens SMS."""
    twilio_api_url: RequiredOrigin = "https://api.twilio.com"
    """Where Twilio's REST API is."""
    twilio_content: Annotated[dict[str, str], NoDecode, BeforeValidator(_parse_json_object)] = Field(
        default_factory=dict
    )
    """Content templates for buttons and lists, by name, as JSON."""
    oidc_issuer: Annotated[str | None, BeforeValidator(_parse_issuer)] = None
    """The identity provider, as it names itself; opens sign-in to the console with it. Needs `PUBLIC_URL`."""
    oidc_client_id: str | None = None
    """As registered at the provider."""
    oidc_client_secret: SecretStr | None = None
    """As registered at the provider."""
    oidc_client_secret_file: Path | None = None
    oidc_admins: str = ""
    """Who may sign in as an admin: e-mails with commas between, or `claim=value`."""
    oidc_agents: str = ""
    """Who may sign in as an agent."""
    oidc_extra_scopes: str = Field(default="", pattern=r"^[!#-\[\]-~ ]*$")
    """Scopes to ask for beside `openid email profile`, with spaces between; where `groups` needs one of its own."""
    oidc_assume_email_verified: bool = False
    """Only for a provider that never says `email_verified` and names no e-mail that it has not verified itself."""

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
        if self.telegram_bot_token is not None and not _matches(_TELEGRAM_TOKEN, self.telegram_bot_token):
            yield "TELEGRAM_BOT_TOKEN: write the whole token as @BotFather gives it, like 110201543:AAHdq..."
        if self.telegram_webhook_secret is not None and not _matches(_WEBHOOK_SECRET, self.telegram_webhook_secret):
            yield "TELEGRAM_WEBHOOK_SECRET: write 1 to 256 letters of A-Z a-z 0-9 _ -, or leave it out"
        if self.telegram_bot_username is not None and not _BOT_USERNAME.fullmatch(self.telegram_bot_username):
            yield "TELEGRAM_BOT_USERNAME: write the bot's name as in t.me/NAME, without @, like PaligsBot"
        yield from self._find_twilio_problems()
        yield from self._find_oidc_problems()

    def twilio_account(self, product: TwilioProduct) -> TwilioAccount | None:
        """The account with the product's sender, if there is one.

        Raises:
            TwilioAccountError: the settings cannot be used.
        """
        number = getattr(self, product.sender_setting.lower())
        if self.twilio_account_sid is None or self.twilio_auth_token is None or number is None:
            return None
        return TwilioAccount(
            product=product,
            sid=self.twilio_account_sid,
            token=self.twilio_auth_token.get_secret_value(),
            number=number,
            public_url=self.public_url or "",
            api_url=self.twilio_api_url,
        )

    def _find_twilio_problems(self) -> Iterator[str]:
        senders = [product.sender_setting.lower() for product in TWILIO_PRODUCTS]
        given = [name for name in senders if getattr(self, name) is not None]
        needed = ("twilio_account_sid", "twilio_auth_token", *(given or senders[:1]))
        missing = [name for name in needed if getattr(self, name) is None]
        if len(missing) < len(needed):
            for name in missing:
                yield f"{name.upper()}: is missing: it is needed beside the other TWILIO_ settings"
        if not missing:
            yield from dict.fromkeys(fault for product in TWILIO_PRODUCTS for fault in self._account_problems(product))
            yield from find_template_problems(self.twilio_content)

    def _account_problems(self, product: TwilioProduct) -> tuple[str, ...]:
        try:
            self.twilio_account(product)
        except TwilioAccountError as exc:
            return exc.problems
        return ()

    def _find_oidc_problems(self) -> Iterator[str]:
        names = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
        missing = [name for name in names if getattr(self, name) is None]
        if len(missing) == len(names):
            return
        for name in missing:
            yield f"{name.upper()}: is missing: signing in with it needs it beside the other OIDC_ settings"
        if self.public_url is None:
            yield "PUBLIC_URL: is missing: the identity provider sends people back to it"
        if not (self.oidc_admins.strip() or self.oidc_agents.strip()):
            yield "OIDC_AGENTS: is missing: name the e-mails that may sign in, or OIDC_ADMINS, or claim=value"


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


class _UncheckedSettings(Settings):
    """Settings whose combination is not checked, to look for further problems in them."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        tuple(self._read_secret_files())
        return self


MoreProblems = Callable[[Settings], Iterable[str]]
"""Finds further problems, only where there are some already: a program that can start reports these by itself."""


def read_settings(
    kind: type[Settings] = Settings,
    *,
    also_problems: Iterable[str] = (),
    more_problems: MoreProblems = lambda _: (),
    **overrides: Any,
) -> Settings:
    """The settings of the environment. `also_problems` were found elsewhere, and are reported with the others.

    Raises:
        SettingsError: names every setting that is wrong, and what to write.
    """
    _check_env_file()
    problems: list[str] = []
    while True:
        try:
            settings = kind(**overrides)
        except ValidationError as exc:
            errors = exc.errors()
            lines = [line for error in errors for line in _format_problem(error["loc"], error["msg"])]
            problems += _without_repeats(lines, problems)
            wrong = {str(error["loc"][0]) for error in errors if error["loc"]}
            if not wrong:
                break
            # Once more with valid values in their place: combinations are only checked when every field is valid.
            overrides |= {name: kind.model_fields[name].get_default(call_default_factory=True) for name in wrong}
        else:
            break
    if problems := [*problems, *also_problems]:
        raise SettingsError((*problems, *_without_repeats(more_problems(_UncheckedSettings(**overrides)), problems)))
    return settings


class _ContentSettings(BaseSettings):
    """The one setting that commands read which need no other."""

    model_config = Settings.model_config

    content_dir: Path | None = None


def read_content_dir() -> Path | None:
    """CONTENT_DIR of the environment or .env, whatever the other settings are.

    Raises:
        SettingsError: .env cannot be read.
    """
    _check_env_file()
    return _ContentSettings().content_dir


def _check_env_file() -> None:
    """Refuse an .env that would be read as nothing, or not at all.

    Raises:
        SettingsError: names it, and what to do.
    """
    file = Path(str(Settings.model_config.get("env_file")))
    try:
        text = read_text_file(file)
    except EncodingError as exc:
        raise SettingsError((f"{file}: {exc}",)) from exc
    except OSError:
        # There need not be one.
        return
    if text.encode() != file.read_bytes().removeprefix(BOM_UTF8):
        raise SettingsError((f"{file}: {EncodingError()}",))


def _without_repeats(problems: Iterable[str], reported: Iterable[str]) -> list[str]:
    """Drop problems of settings that were reported before: an invalid value breaks its combinations too."""
    named = {line.partition(":")[0] for line in reported}
    return [line for line in problems if line.partition(":")[0] not in named]


def _matches(form: re.Pattern[str], secret: SecretStr) -> bool:
    return form.fullmatch(secret.get_secret_value()) is not None


def _format_problem(location: tuple[int | str, ...], message: str) -> list[str]:
    message = message.removeprefix("Value error, ")
    return [f"{str(location[0]).upper()}: {message}"] if location else message.splitlines()
