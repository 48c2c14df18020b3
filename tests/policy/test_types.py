"""Lock 2: the ticket mailbox and a staff address are different types, and a notice takes the second only."""

import subprocess
import sys
from pathlib import Path

import pytest

WRONG = """
from bot.notify.interface import Notice, Notifier, StaffAddress, Thread
from kb.model import TicketAddress

async def sneak(notifier: Notifier, address: {type}, notice: Notice) -> None:
    await notifier.notify(address, notice, Thread(key="1"))
"""


def checked(tmp_path: Path, kind: str) -> str:
    file = tmp_path / "sneak.py"
    file.write_text(WRONG.format(type=kind), "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.timeout(300)
def test_mypy_refuses_to_notify_the_ticket_mailbox(tmp_path: Path) -> None:
    refused = checked(tmp_path, "TicketAddress")
    assert 'has incompatible type "TicketAddress"; expected "StaffAddress"' in refused


@pytest.mark.timeout(300)
def test_mypy_lets_a_staff_address_through(tmp_path: Path) -> None:
    assert checked(tmp_path, "StaffAddress") == ""
