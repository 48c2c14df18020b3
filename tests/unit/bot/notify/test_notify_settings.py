"""Settings about notices: named by the content's lines, from the environment, .env and files."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app.helpdesk import find_setting_problems, load_recipients
from bot.notify.smtp import parse_mail_server
from bot.settings import Settings, SettingsError, read_settings
from handlers.model.actions import HandoffReason
from kb.model import Directory, LineId
from tests.doubles import CONTENT, small_base


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def known() -> Directory:
    return small_base().directory


@pytest.fixture
def lines(known: Directory) -> list[str]:
    return [*known.lines]


def test_nobody_is_told_where_nothing_is_set(known: Directory) -> None:
    assert load_recipients(read_settings(), known).is_empty


def test_a_line_of_the_content_has_a_setting_of_its_own(
    known: Directory, lines: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = lines[:2]
    monkeypatch.setenv(f"NOTIFY_{first.upper()}", "json://127.0.0.1/a, slack://A/B/C")
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:a")
    (tmp_path / ".env").write_text(
        f"NOTIFY_{second.upper()}=telegram:-100\nNOTIFY_{first.upper()}=telegram:-200\n", "utf-8"
    )
    found = load_recipients(read_settings(), known)
    assert [name.partition(":")[0] for name in found.routing.targets_for(LineId(first))] == ["json", "slack"]
    assert dict(found.routing.targets_for(LineId(second))) == {"telegram:-100": True}
    assert found.groups == {"-100"}


def test_targets_may_stand_in_a_file_one_a_line(
    known: Directory, lines: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "targets").write_text("slack://A/B/C\njson://127.0.0.1/a\n", "utf-8")
    monkeypatch.setenv(f"NOTIFY_{lines[0].upper()}_FILE", str(tmp_path / "targets"))
    assert len(load_recipients(read_settings(), known).routing.targets_for(LineId(lines[0]))) == 2
    monkeypatch.setenv(f"NOTIFY_{lines[0].upper()}_FILE", str(tmp_path / "nothing"))
    with pytest.raises(SettingsError, match=f"NOTIFY_{lines[0].upper()}_FILE: .*point it at a readable text file"):
        read_settings()


def test_a_line_that_is_not_there_is_told_with_those_that_are(
    known: Directory, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_KITCHEN", "json://127.0.0.1/a")
    with pytest.raises(SettingsError, match="NOTIFY_KITCHEN: no line is called so: write NOTIFY_") as caught:
        load_recipients(read_settings(), known)
    assert all(f"NOTIFY_{line.upper()}" in str(caught.value) for line in lines)


def test_patience_is_set_for_all_or_by_line_and_a_stopped_till_has_its_own(
    known: Directory, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = map(LineId, lines[:2])
    usual = load_recipients(read_settings(), known).routing
    assert usual.reminder_delay(first, HandoffReason.ASKED_FOR_PERSON) == timedelta(minutes=10)
    assert usual.reminder_delay(first, HandoffReason.TRADING_STOPPED) == timedelta(minutes=3)
    monkeypatch.setenv("NOTIFY_AFTER", f"8, {first}=2.5; stopped=4")
    plan = load_recipients(read_settings(), known).routing
    assert plan.reminder_delay(first, HandoffReason.ASKED_FOR_PERSON) == timedelta(minutes=2.5)
    assert plan.reminder_delay(first, HandoffReason.TRADING_STOPPED) == timedelta(minutes=2.5)
    assert plan.reminder_delay(second, HandoffReason.NOT_UNDERSTOOD) == timedelta(minutes=8)
    assert plan.reminder_delay(second, HandoffReason.TRADING_STOPPED) == timedelta(minutes=4)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("NOTIFY_AFTER", "soon", "NOTIFY_AFTER: write minutes"),
        ("NOTIFY_AFTER", "0", "NOTIFY_AFTER: write minutes"),
        ("NOTIFY_LANGUAGE", "de", "NOTIFY_LANGUAGE: "),
        ("NOTIFY_TIMEZONE", "Riga", "NOTIFY_TIMEZONE: is not known here"),
        ("TIMEZONE", "Riga", "TIMEZONE: is not known here"),
        ("NOTIFY_GATHER", "61", "NOTIFY_GATHER: "),
        ("SMTP_URL", "mail.bistro.lv", "SMTP_URL: write smtps://"),
        ("SMTP_URL", "smtps://user:hunter2@", "SMTP_URL: write smtps://"),
        ("SMTP_URL", "https://user:hunter2@mail.bistro.lv", "SMTP_URL: write smtps://"),
        ("SMTP_URL", "smtp://user:hunter2@mail.bistro.lv:x", "SMTP_URL: write smtps://"),
    ],
)
def test_what_cannot_be_read_is_told_and_no_password_shown(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "host", "port", "security", "user"),
    [
        ("smtps://a%40b.lv:c%2Fd@mail.lv", "mail.lv", 465, "tls", "a@b.lv"),
        ("smtp+starttls://mail.lv:2525", "mail.lv", 2525, "starttls", None),
        ("starttls://u:p@mail.lv", "mail.lv", 587, "starttls", "u"),
        ("smtp://127.0.0.1:25", "127.0.0.1", 25, "if offered", None),
    ],
)
def test_a_mail_server_is_named_as_people_write_it(
    url: str, host: str, port: int, security: str, user: str | None
) -> None:
    server = parse_mail_server(url)
    assert (server.host, server.port, server.security, server.user) == (host, port, security, user)
    assert "c/d" not in repr(server)
    assert server.password == ("c/d" if user == "a@b.lv" else "p" if user else None)


def test_what_hangs_on_the_content_is_told_with_the_other_mistakes(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "nonsense")
    monkeypatch.setenv("NOTIFY_KITCHEN", "json://127.0.0.1/a")
    monkeypatch.setenv("OIDC_ISSUER", "nonsense")
    monkeypatch.setenv("OIDC_CLIENT_ID", "paligs")
    monkeypatch.setenv("CONTENT_DIR", str(CONTENT))
    with pytest.raises(SettingsError) as caught:
        read_settings(more_problems=find_setting_problems)
    told = [problem.partition(":")[0] for problem in caught.value.problems]
    assert [told.count(name) for name in ("PORT", "TELEGRAM_BOT_TOKEN", "NOTIFY_KITCHEN", "OIDC_ISSUER")] == [1] * 4
    assert f"NOTIFY_{lines[0].upper()}" in str(caught.value)


def test_content_that_cannot_be_read_is_a_mistake_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("NOTIFY_KITCHEN", "json://127.0.0.1/a")
    monkeypatch.setenv("CONTENT_DIR", str(tmp_path))
    with pytest.raises(SettingsError) as caught:
        read_settings(more_problems=find_setting_problems)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["PORT"]


def test_a_program_that_can_start_is_not_looked_at_twice() -> None:
    def never(_settings: Settings) -> tuple[str, ...]:
        raise AssertionError

    assert read_settings(more_problems=never).port == 8080


def test_the_time_zone_of_the_installation_has_a_name_and_an_older_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().zone == ZoneInfo("Europe/Riga")
    monkeypatch.setenv("NOTIFY_TIMEZONE", "Europe/Tallinn")
    assert read_settings().zone == ZoneInfo("Europe/Tallinn")
    monkeypatch.setenv("TIMEZONE", "Europe/Vilnius")
    assert read_settings().zone == ZoneInfo("Europe/Vilnius")


def test_words_are_gathered_for_four_seconds_or_as_long_as_is_set(
    known: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_recipients(read_settings(), known).routing.gather == timedelta(seconds=4)
    monkeypatch.setenv("NOTIFY_GATHER", "0")
    assert load_recipients(read_settings(), known).routing.gather == timedelta(0)
