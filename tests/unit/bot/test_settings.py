"""Settings: read once, every mistake told at once, secrets from files."""

import stat
from pathlib import Path

import pytest

from bot.secret import signing_key
from bot.settings import Settings, SettingsError, read

KEY = "a key of more than sixteen letters"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_needs_to_be_set() -> None:
    settings = read()
    assert settings.database_url.startswith("sqlite:///")
    assert settings.port == 8080
    assert settings.public_url is None


def test_all_mistakes_are_told_at_once_each_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("PUBLIC_URL", "bot.example.lv/chat")
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    with pytest.raises(SettingsError) as caught:
        read()
    told = str(caught.value)
    assert "PORT:" in told
    assert "PUBLIC_URL: write the address people reach this program at" in told
    assert "LOG_LEVEL:" in told


def test_a_short_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "tooshort")
    with pytest.raises(SettingsError, match="at least 16 random characters") as caught:
        read()
    assert "tooshort" not in str(caught.value)


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n", "utf-8")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert signing_key(read(), tmp_path) == KEY
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nothing"))
    with pytest.raises(SettingsError, match="point it at a readable text file"):
        read()


def test_settings_may_stand_in_a_dot_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nPUBLIC_URL=https://bot.example.lv/\n", "utf-8")
    assert (read().port, read().public_url) == (9000, "https://bot.example.lv")


def test_a_key_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = signing_key(read(), folder)
    assert signing_key(read(), folder) == first
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(SettingsError, match="set it, or make the folder writable"):
        signing_key(read(), tmp_path / "file" / "data")


def test_a_key_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(SettingsError, match="make the file readable"):
        signing_key(read(), tmp_path)


def test_half_a_set_of_twilio_settings_names_the_missing_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    monkeypatch.setenv("SECRET_KEY", "tooshort")
    with pytest.raises(SettingsError) as caught:
        read()
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "SECRET_KEY",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_WHATSAPP_FROM",
    ]
