"""Lock 4: who may import what; the contracts stand in pyproject.toml, and planted violations show that they hold."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Final

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


def command_succeeds(house: Path) -> bool:
    """`lint-imports`, as make check runs it."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    run = subprocess.run(
        command, cwd=house, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(house)}
    )
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return run.returncode == 0


LINTER: Final = """
import sys
from importlinter import configuration
from importlinter.application.use_cases import lint_imports
configuration.configure()
for _ in sys.stdin:
    print("verdict:", lint_imports(), flush=True)
"""
"""The same in one process for all violations: to start takes longer than to look."""

Look = Callable[[], bool]


@pytest.fixture(scope="module")
def kept(house: Path) -> Iterator[Look]:
    """Whether the contracts are kept by what lies in the house now."""
    with subprocess.Popen(
        [sys.executable, "-c", LINTER],
        cwd=house, env={"PYTHONPATH": str(house)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as linter:  # fmt: skip
        assert linter.stdin is not None
        assert linter.stdout is not None
        orders, output = linter.stdin, linter.stdout

        def look() -> bool:
            orders.write("\n")
            orders.flush()
            told = list(takewhile(lambda line: not line.startswith("verdict:"), iter(output.readline, "")))
            (verdict,) = [line for line in told if line.startswith("Contracts:")]
            return verdict.rstrip().endswith(" 0 broken.")

        yield look
        orders.close()


def test_the_contracts_are_kept(house: Path, kept: Look) -> None:
    assert command_succeeds(house)
    assert kept()


def test_the_command_fails_where_one_is_not(house: Path) -> None:
    with planted(house / "handlers/intents/ticket.py", "import smtplib"):
        assert not command_succeeds(house)


@contextmanager
def planted(file: Path, line: str) -> Iterator[None]:
    """One more line at the end of a module."""
    before = file.read_text("utf-8")
    file.write_text(f"{before}\n{line}\n", "utf-8")
    try:
        yield
    finally:
        file.write_text(before, "utf-8")


@pytest.mark.parametrize(
    ("module", "line"),
    [
        # The rooms, and what each may touch.
        ("handlers/intents/ticket.py", "import smtplib"),
        ("handlers/intents/ticket.py", "import storage.database.engine"),
        ("handlers/intents/outage.py", "from datetime import datetime\nimport time"),
        ("kb/loading/validation.py", "import handlers.model.actions"),
        ("kb/loading/builder.py", "import aiohttp"),
        ("storage/delivery/outbox.py", "import bot.settings"),
        ("storage/delivery/outbox.py", "import smtplib"),
        # The levels inside kb.
        ("kb/model/languages.py", "import kb.text.contacts"),
        ("kb/text/stemmer.py", "import kb.features.lexicon"),
        ("kb/features/lexicon.py", "import kb.spelling.deletion_index"),
        ("kb/spelling/noisy_channel.py", "import kb.classifier.calibration"),
        ("kb/classifier/scorer.py", "import kb.understanding.result"),
        ("kb/understanding/lesson_overlay.py", "import kb.loading.validation"),
        ("kb/loading/validation.py", "import kb.evaluation.evaluation_metrics"),
        # The levels inside handlers.
        ("handlers/model/session.py", "import handlers.input.redaction"),
        ("handlers/intents/answer.py", "import handlers.dialogue.choice"),
        ("handlers/service/service_notices.py", "import handlers.router"),
        ("handlers/rendering.py", "import handlers.input.sanitize"),
        # The levels inside storage.
        ("storage/database/engine.py", "import storage.tables"),
        ("storage/conversations/turns.py", "import storage.helpdesk.handoffs"),
        ("storage/helpdesk/queue.py", "import storage.curation.lessons"),
        ("storage/curation/lessons.py", "import storage.delivery.outbox"),
        # The levels inside bot.
        ("bot/web/assets.py", "import bot.channels.interface"),
        ("bot/concurrency/task_set.py", "import bot.settings"),
        ("bot/channels/terminal/channel.py", "import bot.settings"),
        ("bot/channels/terminal/channel.py", "import bot.notify.interface"),
        ("bot/channels/telegram/outgoing/group_messages.py", "import bot.helpdesk.handoff_actions"),
        ("bot/channels/telegram/incoming/update_handler.py", "import bot.notify.wording.notification_texts"),
        ("bot/channels/terminal/channel.py", "import bot.console.auth.key_derivation"),
        ("bot/settings/program_settings.py", "import bot.knowledge.factory"),
        ("bot/database/group_commit.py", "import bot.knowledge.factory"),
        ("bot/delivery/deliverer.py", "import bot.helpdesk.escalation"),
        ("bot/observability/masking.py", "import bot.intake.flood_control"),
        ("bot/intake/intake.py", "import bot.console.framework.page_routing"),
        ("bot/console/views/delivery.py", "import bot.app.container"),
        ("bot/app/roles.py", "import bot.cli.output"),
        ("bot/app/roles.py", "import bot.evaluation.baselines"),
        # The levels inside the console.
        ("bot/console/framework/access.py", "import bot.console.auth.passwords"),
        ("bot/console/auth/login.py", "import bot.console.curation.teaching"),
        ("bot/console/curation/teaching.py", "import bot.console.views.queue"),
        # Channels.
        ("bot/channels/terminal/channel.py", "import bot.channels.webchat"),
        ("bot/channels/whatsapp/channel.py", "import bot.channels.telegram"),
        ("bot/channels/sms/channel.py", "import bot.channels.whatsapp.composer"),
        ("bot/channels/twilio/client.py", "import bot.channels.whatsapp.product"),
        ("bot/channels/interface.py", "import bot.channels.text_split"),
        ("bot/channels/terminal/channel.py", "import storage.database.engine"),
        ("bot/web/email_draft/draft_page.py", "import sqlalchemy"),
        # Circles.
        ("bot/console/framework/request.py", "import bot.console.framework.page_routing"),
        ("kb/understanding/ranker.py", "import kb.understanding.stages.contrast"),
        ("bot/cli/kb/export_json.py", "import bot.cli.kb.commands"),
        ("bot/observability/metrics.py", "import bot.delivery.deliverer"),
        # Files.
        ("kb/lessons.py", "import pathlib"),
        ("kb/text/tokenize.py", "import yaml"),
        ("kb/spelling/corrector.py", "from importlib.resources import files"),
        ("kb/features/lexicon.py", "import pathlib"),
        ("kb/classifier/scorer.py", "import pathlib"),
        ("kb/understanding/stages/contrast.py", "import yaml"),
        ("kb/loading/builder.py", "from importlib.resources import files"),
        ("handlers/rendering.py", "import pathlib"),
        # Mail and the ticket mailbox.
        ("bot/channels/terminal/channel.py", "import smtplib"),
        ("bot/web/email_draft/draft_page.py", "import smtplib"),
        ("bot/notify/email.py", "import smtplib"),
        ("bot/helpdesk/handoff_actions.py", "import aiosmtplib"),
        ("bot/helpdesk/telegram_group.py", "import apprise"),
        ("bot/helpdesk/notification_worker.py", "import smtplib"),
        ("bot/notify/interface.py", "import storage.database.engine"),
        ("bot/notify/email.py", "import bot.channels.interface"),
        ("bot/notify/email.py", "import bot.web.email_draft.tokens"),
        ("storage/delivery/notifications.py", "import bot.notify.interface"),
        # What the console may not do.
        ("bot/console/views/delivery.py", "import smtplib"),
        ("bot/console/views/delivery.py", "import bot.channels.webchat"),
        ("bot/console/views/delivery.py", "import bot.notify.interface"),
        ("bot/console/views/delivery.py", "import bot.delivery.deliverer"),
        ("bot/console/auth/login.py", "import twilio.rest"),
        # Packages that may not be installed.
        ("kb/understanding/pipeline.py", "import sklearn"),
        ("bot/knowledge/factory.py", "import bm25s"),
        ("bot/observability/tracing/setup.py", "import opentelemetry"),
        ("bot/web/assets.py", "import opentelemetry"),
    ],
)
def test_a_planted_violation_is_caught(house: Path, kept: Look, module: str, line: str) -> None:
    with planted(house / module, line):
        assert not kept()


@pytest.mark.parametrize("place", ["kb", "handlers", "storage", "bot", "bot/console", "bot/channels"])
def test_a_folder_that_is_in_no_level_is_caught(house: Path, kept: Look, place: str) -> None:
    folder = house / place / "somewhere"
    folder.mkdir()
    (folder / "__init__.py").touch()
    try:
        assert not kept()
    finally:
        shutil.rmtree(folder)


def test_all_is_well_again_after_the_violations(kept: Look) -> None:
    assert kept()
