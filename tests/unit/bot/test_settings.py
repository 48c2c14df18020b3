"""Settings: read once, every mistake told at once, secrets from files."""

import stat
from pathlib import Path

import pytest

from bot.app.signing_key import signing_key
from bot.settings import Settings, SettingsError, WebSettings, WorkerSettings, read_settings

KEY = "a key of more than sixteen letters"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_needs_to_be_set() -> None:
    settings = read_settings()
    assert settings.database_url.startswith("sqlite:///")
    assert settings.port == 8080
    assert settings.public_url is None


def test_all_mistakes_are_told_at_once_each_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("PUBLIC_URL", "bot.example.lv/chat")
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    told = str(caught.value)
    assert "PORT:" in told
    assert "PUBLIC_URL: write the address people reach this program at" in told
    assert "LOG_LEVEL:" in told


def test_a_short_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "tooshort")
    with pytest.raises(SettingsError, match="at least 16 random characters") as caught:
        read_settings()
    assert "tooshort" not in str(caught.value)


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n", "utf-8")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert signing_key(read_settings(), tmp_path) == KEY
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nothing"))
    with pytest.raises(SettingsError, match="point it at a readable text file"):
        read_settings()


def test_settings_may_stand_in_a_dot_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nPUBLIC_URL=https://bot.example.lv/\n", "utf-8")
    assert (read_settings().port, read_settings().public_url) == (9000, "https://bot.example.lv")


def test_a_key_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = signing_key(read_settings(), folder)
    assert signing_key(read_settings(), folder) == first
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(SettingsError, match="set it, or make the folder writable"):
        signing_key(read_settings(), tmp_path / "file" / "data")


def test_a_key_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(SettingsError, match="make the file readable"):
        signing_key(read_settings(), tmp_path)


def test_half_a_set_of_twilio_settings_names_the_missing_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    monkeypatch.setenv("SECRET_KEY", "tooshort")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "SECRET_KEY",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_WHATSAPP_FROM",
    ]


def test_one_twilio_sender_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_SMS_FROM", "+37120000000")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert told(caught.value.problems) == ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "geheim")
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example.lv")
    assert read_settings().twilio_sms_from == "+37120000000"
    monkeypatch.setenv("TWILIO_SMS_FROM", "Paraugs")
    monkeypatch.setenv("TWILIO_WHATSAPP_FROM", "20000000")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert told(caught.value.problems) == ["TWILIO_WHATSAPP_FROM", "TWILIO_SMS_FROM"]


def told(problems: tuple[str, ...]) -> list[str]:
    return [problem.split(":")[0] for problem in problems]


def test_values_that_are_wrong_and_settings_that_do_not_fit_together_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = {
        "PORT": "eighty",
        "TWILIO_CONTENT": "{bad",
        "SECRET_KEY": "tooshort",
        "DATABASE_URL": "mysql://anna:geheim@host/name",
        "CONTENT_DIR": str(tmp_path / "nowhere"),
        "TELEGRAM_BOT_TOKEN": "geheim",
        "TELEGRAM_WEBHOOK_SECRET": "not allowed!",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "geheim",
        "TWILIO_WHATSAPP_FROM": "20000000",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert {*told(caught.value.problems)} == {*wrong, "PUBLIC_URL"} - {"TWILIO_AUTH_TOKEN"}
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("value", ["{bad", "[]", '{"quick-reply-2": 1}', '"text"'])
def test_content_templates_that_are_no_json_object_are_told(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TWILIO_CONTENT", value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert {*told(caught.value.problems)} == {"TWILIO_CONTENT"}


def test_content_templates_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_CONTENT", '{"quick-reply-2": "HX1"}')
    assert read_settings().twilio_content == {"quick-reply-2": "HX1"}


def test_one_of_many_needs_postgresql_and_who_takes_in_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:a")
    monkeypatch.setenv("PORT", "eighty")
    for kind, wanted in (
        (WorkerSettings, ["PORT", "DATABASE_URL"]),
        (WebSettings, ["PORT", "DATABASE_URL", "PUBLIC_URL"]),
    ):
        with pytest.raises(SettingsError) as caught:
            read_settings(kind)
        assert told(caught.value.problems) == wanted
    monkeypatch.setenv("PORT", "80")
    monkeypatch.setenv("DATABASE_URL", "postgresql://host/name")
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example.lv")
    assert read_settings(WebSettings).port == 80


@pytest.mark.parametrize("name", ["TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TWILIO_AUTH_TOKEN", "SECRET_KEY"])
def test_every_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    secret = "110201543:a-key-of-many-letters" if name == "TELEGRAM_BOT_TOKEN" else "a-key-of-many-letters"
    (tmp_path / "secret").write_text(f"{secret}\n", "utf-8")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
    if name == "TWILIO_AUTH_TOKEN":
        monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
        monkeypatch.setenv("TWILIO_WHATSAPP_FROM", "+37120000000")
        monkeypatch.setenv("PUBLIC_URL", "https://bot.example.lv")
    held = getattr(read_settings(), name.lower())
    assert held.get_secret_value() == secret
    assert secret not in repr(read_settings())


OIDC = {
    "PUBLIC_URL": "https://bot.example.lv",
    "OIDC_ISSUER": "https://login.example.lv/realm/",
    "OIDC_CLIENT_ID": "paligs",
    "OIDC_CLIENT_SECRET": "a secret that is not shown",
    "OIDC_AGENTS": "olga@example.lv",
}


@pytest.fixture
def oidc(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """All that signing in with the company's account needs."""
    for name, value in OIDC.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_an_issuer_is_kept_as_it_names_itself(oidc: pytest.MonkeyPatch) -> None:
    assert read_settings().oidc_issuer == "https://login.example.lv/realm/"
    oidc.setenv("OIDC_ISSUER", "http://localhost:9000/realm")
    assert read_settings().oidc_issuer == "http://localhost:9000/realm"


@pytest.mark.parametrize("missing", OIDC)
def test_half_of_an_identity_provider_is_told(oidc: pytest.MonkeyPatch, missing: str) -> None:
    oidc.delenv(missing)
    with pytest.raises(SettingsError, match=f"{missing}: is missing") as caught:
        read_settings()
    assert "a secret that is not shown" not in str(caught.value)


def test_one_list_is_enough(oidc: pytest.MonkeyPatch) -> None:
    oidc.delenv("OIDC_AGENTS")
    oidc.setenv("OIDC_ADMINS", "groups=chiefs")
    assert read_settings().oidc_admins == "groups=chiefs"


@pytest.mark.parametrize(
    "issuer", ["login.example.lv", "http://login.example.lv", "https://login.example.lv?x=1", "ftp://x"]
)
def test_an_issuer_that_cannot_be_trusted_is_refused(oidc: pytest.MonkeyPatch, issuer: str) -> None:
    oidc.setenv("OIDC_ISSUER", issuer)
    with pytest.raises(SettingsError, match="OIDC_ISSUER: write the issuer"):
        read_settings()


def test_the_providers_secret_may_stand_in_a_file(oidc: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n", "utf-8")
    oidc.delenv("OIDC_CLIENT_SECRET")
    oidc.setenv("OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    secret = read_settings().oidc_client_secret
    assert secret is not None
    assert secret.get_secret_value() == "from the file"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_secret_file_is_read_as_windows_saves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n", encoding)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    settings = read_settings()
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == KEY


@pytest.mark.parametrize("raw", [KEY.encode("utf-16-le"), b"\xe4\xf6\xfc" * 10])
def test_a_secret_file_in_another_encoding_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes
) -> None:
    (tmp_path / "key").write_bytes(raw)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingsError, match=r"SECRET_KEY_FILE: .*/key: .*save it as UTF-8"):
        read_settings()
    (tmp_path / "secret_key").write_bytes(raw)
    monkeypatch.delenv("SECRET_KEY_FILE")
    with pytest.raises(SettingsError, match=r"secret_key: .*save it as UTF-8"):
        signing_key(read_settings(), tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_an_env_file_in_another_encoding_is_named_instead_of_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PORT=9000 # žēl\n".replace("ž", "ä").replace("ē", "ö"), encoding)
    with pytest.raises(SettingsError, match=r"\.env: .*save it as UTF-8"):
        read_settings()
    (tmp_path / ".env").write_text("PORT=9000\n", "utf-8-sig")
    assert read_settings().port == 9000


def test_the_folder_of_the_signing_key_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    signing_key(read_settings(), tmp_path / "data")
    assert oct((tmp_path / "data").stat().st_mode)[-3:] == "700"


def test_proxies_that_are_none_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1, nginx")
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES: 'nginx' does not appear"):
        read_settings()


def test_a_username_of_the_bot_is_a_name_and_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_USERNAME", "PaligsBot")
    assert read_settings().telegram_bot_username == "PaligsBot"
    monkeypatch.setenv("TELEGRAM_BOT_USERNAME", "@PaligsBot")
    with pytest.raises(SettingsError, match="TELEGRAM_BOT_USERNAME: write the bot's name"):
        read_settings()
