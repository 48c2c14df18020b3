"""The key that signs cookies and draft links: from the settings, or created once beside the database."""

import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from bot.settings import Settings, SettingsError
from bot.text_files import EncodingError, read_text_file


def signing_key(settings: Settings, folder: Path) -> str:
    """SECRET_KEY if it is set, else the contents of `folder`/secret_key, which is created if missing.

    Raises:
        SettingsError: the file can neither be read nor made.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    file = folder / "secret_key"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            _create_key_file(file)
    except OSError as exc:
        raise SettingsError((f"SECRET_KEY: {file}: {exc.strerror}: set it, or make the folder writable",)) from exc
    return _read_key_file(file)


def _create_key_file(file: Path) -> None:
    """Create the file atomically and only once, however many processes start together."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8") as fresh:
        fresh.write(secrets.token_urlsafe(32))
        fresh.flush()
        with suppress(FileExistsError):
            file.hardlink_to(fresh.name)


def _read_key_file(file: Path) -> str:
    try:
        return read_text_file(file).strip()
    except OSError as exc:
        raise SettingsError((f"SECRET_KEY: {file}: {exc.strerror}: set it, or make the file readable",)) from exc
    except EncodingError as exc:
        raise SettingsError((f"SECRET_KEY: {file}: {exc}",)) from exc
