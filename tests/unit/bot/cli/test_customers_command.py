"""`paligs customers`: a table comes in and goes out, and links are made once, written, and revoked."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.app import app
from bot.customers.link_tokens import VenueLinkTokens
from storage.database import engine
from storage.migrations import upgrade

KEY = "a key of more than sixteen letters"
TABLE = "Restorāns;Adrese;Kase;Vieta;Tālrunis\nRozengrāls;Rozena 1;Kase 1;bārs;29111222\nRozengrāls;Rozena 1;Kase 2;;\nVīnkalni;;;;\n"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/paligs.db"
    for name, value in (("DATABASE_URL", url), ("SECRET_KEY", KEY), ("PUBLIC_URL", "https://bot.example.lv")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TELEGRAM_BOT_USERNAME", "PaligsBot")
    database = engine.create_database_engine(url)
    upgrade.upgrade(database)
    database.dispose()
    (tmp_path / "all.csv").write_bytes(TABLE.encode("cp1257"))


def customers(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["customers", *arguments])


def test_a_link_for_each_till_is_made_once_and_written() -> None:
    assert customers("import", "all.csv").exit_code == 0
    first = customers("links").output
    assert [row.split(";")[:3] for row in first.splitlines()[1:]] == [
        ["Rozengrāls", "Rozena 1", "Kase 1"],
        ["Rozengrāls", "Rozena 1", "Kase 2"],
        ["Vīnkalni", "", ""],
    ]
    assert VenueLinkTokens(KEY).make(1) in first
    assert customers("links").output == first
    done = customers("links", "--csv", "links.csv", "--sheet", "sheet.html", "--venue", "rozengrals")
    assert done.output == "2 cards written.\n"
    assert Path("links.csv").read_text("utf-8-sig").splitlines() == first.splitlines()[:3]
    assert Path("sheet.html").read_text("utf-8").count("<svg") == 4


def test_revoked_links_are_replaced_by_new_ones() -> None:
    customers("import", "all.csv")
    old = customers("links", "--venue", "Vīnkalni").output
    new = customers("links", "--venue", "Vīnkalni", "--revoke").output
    assert old != new
    assert customers("links", "--venue", "Vīnkalni").output == new


def test_what_cannot_be_done_says_what_to_do() -> None:
    refused = customers("links", "--revoke")
    assert (refused.exit_code, "needs --venue" in refused.output) == (2, True)
    unknown = customers("links", "--venue", "Nekas")
    assert (unknown.exit_code, "No such venue" in unknown.output) == (1, True)
