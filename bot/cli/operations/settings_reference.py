"""`paligs settings`: the settings as Markdown, made from their own model; docs/settings.md is what it prints."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.notify.settings import NotificationSettings
from bot.settings import SECRET_SETTINGS, Settings
from bot.settings.retention_settings import RetentionSettings
from bot.settings.server_settings import ServerSettings

_FILE: Final = "_file"
_GROUPS: Final = (
    ("Where it listens and is reached", tuple(ServerSettings.model_fields)),
    ("How long records are kept", tuple(RetentionSettings.model_fields)),
    ("Telegram", ("telegram_",)),
    ("Twilio: WhatsApp and SMS", ("twilio_",)),
    ("Notifications of staff", tuple(NotificationSettings.model_fields)),
    ("Sign-in to the console with the company's account", ("oidc_",)),
)
_NAMED_OTHERWISE: Final = {"notify": "NOTIFY_<LINE>"}
"""One field holds the settings of all lines: their names come from the content."""

_HEAD: Final = """\
# Settings

Made by `paligs settings` from the program's own model: change a setting's docstring in `bot/settings`, then run
`make docs`.

Settings are environment variables, or lines of `.env` in the folder that the program is started in.
`paligs run` reports all problems in them together, each with what to write.
Those marked * may stand in a file instead, named by the same setting with `_FILE`; if both are set, the one without
`_FILE` counts.
"""
_TAIL: Final = """\
## Beside these

- `OTEL_EXPORTER_OTLP_ENDPOINT` and OpenTelemetry's other variables open [tracing](deploy.md#tracing).
- `XDG_CACHE_HOME` is where trained models are cached.
- How to set up the channels: [deploy.md](deploy.md); notifications: [notifications.md](notifications.md); OpenID
  Connect: [console.md](console.md#sign-in-with-the-companys-account-openid-connect).
"""


class UndescribedSettingError(Exception):
    """A setting has no docstring below it, which would be its description."""


def settings_reference() -> str:
    """The whole page."""
    described = _descriptions(Settings)
    names = [name for name in Settings.model_fields if not name.endswith(_FILE)]
    rest = [name for name in names if not any(name.startswith(prefixes) for _, prefixes in _GROUPS)]
    parts = [_HEAD, _table("The program", rest, described)]
    for title, prefixes in _GROUPS:
        parts.append(_table(title, [name for name in names if name.startswith(prefixes)], described))
    return "\n".join((*parts, _TAIL))


def _table(title: str, names: list[str], described: Mapping[str, str]) -> str:
    rows = "".join(_row(name, Settings.model_fields[name], described) for name in names)
    return f"## {title}\n\n| setting | default | what it is |\n|---|---|---|\n{rows}"


def _row(name: str, field: FieldInfo, described: Mapping[str, str]) -> str:
    if name not in described:
        raise UndescribedSettingError(f"{name}: {UndescribedSettingError.__doc__}")
    mark = " *" if name in SECRET_SETTINGS or name in _NAMED_OTHERWISE else ""
    choices = ", ".join(f"`{one}`" for one in get_args(field.annotation) if isinstance(one, str))
    what = f"{described[name]} One of {choices}." if choices else described[name]
    return f"| `{_NAMED_OTHERWISE.get(name, name.upper())}`{mark} | {_default(field)} | {what} |\n"


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True)
    if value in (None, PydanticUndefined, "") or isinstance(value, SecretStr | Path) or value == {}:
        return "none"
    return f"`{value}`"


def _descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The docstring below each field, by name; those of `model` win over those of its bases."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if kind.__module__.startswith("bot."):
            found |= dict(_docstrings(kind))
    return found


def _docstrings(kind: type) -> Iterator[tuple[str, str]]:
    """Each annotated name in the class's body with the string that follows it."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - the source of a class is one
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            yield field.target.id, " ".join(after.value.value.split())
