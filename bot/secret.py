"""The key that signs cookies and draft links: from the settings, or made once and kept beside the database."""

import os
import secrets
from pathlib import Path

from bot.settings import Settings, SettingsError


def signing_key(settings: Settings, folder: Path) -> str:
    """SECRET_KEY if it is set; else what stands in `folder`/secret_key, which is made where it is missing.

    Raises:
        SettingsError: the file can neither be read nor made.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    file = folder / "secret_key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept(file)
    except OSError as exc:
        raise SettingsError((f"SECRET_KEY: {file}: {exc.strerror}: set it, or make the folder writable",)) from exc
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        key = secrets.token_urlsafe(32)
        opened.write(key)
    return key


def _kept(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except OSError as exc:
        raise SettingsError((f"SECRET_KEY: {file}: {exc.strerror}: set it, or make the file readable",)) from exc
