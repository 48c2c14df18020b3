"""Lock 4: who may import what; the contracts stand in pyproject.toml, and planted violations show that they hold."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "kb", "storage")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code and the contracts, to plant violations in."""
    copy = tmp_path_factory.mktemp("house")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "content", "static"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def kept(house: Path) -> bool:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    run = subprocess.run(
        [*command, "--no-cache"], cwd=house, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(house)}
    )
    return run.returncode == 0


def test_the_contracts_are_kept(house: Path) -> None:
    assert kept(house)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("handlers/ticket.py", "import smtplib"),
        ("handlers/ticket.py", "import storage.engine"),
        ("handlers/critical.py", "from datetime import datetime\nimport time"),
        ("kb/check.py", "import handlers.actions"),
        ("kb/assemble.py", "import aiohttp"),
        ("storage/outbox.py", "import bot.settings"),
        ("storage/outbox.py", "import smtplib"),
        ("bot/channels/terminal.py", "import smtplib"),
        ("bot/channels/terminal.py", "import storage.engine"),
        ("bot/channels/terminal.py", "import bot.channels.webchat"),
        ("bot/channels/terminal.py", "import bot.notify.port"),
        ("bot/notify/port.py", "import storage.engine"),
        ("bot/draft/page.py", "import smtplib"),
        ("bot/main.py", "import bot.evaluation.peers"),
        ("kb/match.py", "import sklearn"),
        ("bot/desk.py", "import aiosmtplib"),
        ("bot/staffroom.py", "import apprise"),
        ("bot/announce.py", "import smtplib"),
        ("bot/channels/telegram/board.py", "import bot.desk"),
        ("bot/channels/telegram/hear.py", "import bot.notify.words"),
        ("bot/notify/mail.py", "import bot.channels.port"),
        ("storage/notices.py", "import bot.notify.port"),
        ("bot/console/delivery.py", "import smtplib"),
        ("bot/console/delivery.py", "import bot.channels.webchat"),
        ("bot/console/delivery.py", "import bot.notify.port"),
        ("bot/console/sign_in.py", "import twilio.rest"),
        ("bot/channels/terminal.py", "import bot.console.keys"),
    ],
)
def test_a_planted_violation_is_caught(house: Path, module: str, line: str) -> None:
    file = house / module
    before = file.read_text("utf-8")
    file.write_text(f"{before}\n{line}\n", "utf-8")
    try:
        assert not kept(house)
    finally:
        file.write_text(before, "utf-8")
