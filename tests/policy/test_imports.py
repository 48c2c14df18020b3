"""Lock 4: who may import what; the contracts stand in pyproject.toml, and planted violations show that they hold."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "kb", "storage")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code and the contracts, to plant violations in."""
    copy = tmp_path_factory.mktemp("house")
    for room in PACKAGES:
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
        ("handlers/intents/ticket.py", "import smtplib"),
        ("handlers/intents/ticket.py", "import storage.database.engine"),
        ("handlers/intents/outage.py", "from datetime import datetime\nimport time"),
        ("kb/loading/validation.py", "import handlers.model.actions"),
        ("kb/loading/builder.py", "import aiohttp"),
        ("storage/delivery/outbox.py", "import bot.settings"),
        ("storage/delivery/outbox.py", "import smtplib"),
        ("bot/channels/terminal/channel.py", "import smtplib"),
        ("bot/channels/terminal/channel.py", "import storage.database.engine"),
        ("bot/channels/terminal/channel.py", "import bot.channels.webchat"),
        ("bot/channels/terminal/channel.py", "import bot.notify.interface"),
        ("bot/channels/twilio/client.py", "import bot.channels.whatsapp.product"),
        ("bot/notify/interface.py", "import storage.database.engine"),
        ("bot/web/email_draft/page.py", "import smtplib"),
        ("bot/app/roles.py", "import bot.evaluation.baselines"),
        ("kb/understanding/pipeline.py", "import sklearn"),
        ("bot/helpdesk/handoff_actions.py", "import aiosmtplib"),
        ("bot/helpdesk/telegram_group.py", "import apprise"),
        ("bot/helpdesk/notification_worker.py", "import smtplib"),
        ("bot/channels/telegram/outgoing/group_messages.py", "import bot.helpdesk.handoff_actions"),
        ("bot/channels/telegram/incoming/update_handler.py", "import bot.notify.wording"),
        ("bot/notify/email.py", "import bot.channels.interface"),
        ("storage/delivery/notifications.py", "import bot.notify.interface"),
        ("bot/console/views/delivery.py", "import smtplib"),
        ("bot/console/views/delivery.py", "import bot.channels.webchat"),
        ("bot/console/views/delivery.py", "import bot.notify.interface"),
        ("bot/console/auth/login.py", "import twilio.rest"),
        ("bot/channels/terminal/channel.py", "import bot.console.auth.key_derivation"),
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
