"""Reads the settings from the environment and .env, and reports all problems together."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from bot.settings.program_settings import Settings, UncheckedSettings
from bot.settings.settings_error import SettingsError
from bot.text_files import EncodingError, read_text_file

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
        raise SettingsError((*problems, *_without_repeats(more_problems(UncheckedSettings(**overrides)), problems)))
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


def _format_problem(location: tuple[int | str, ...], message: str) -> list[str]:
    message = message.removeprefix("Value error, ")
    return [f"{str(location[0]).upper()}: {message}"] if location else message.splitlines()
