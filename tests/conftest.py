"""What all tests share: the shipped knowledge, made once, and a log that ends with each test."""

import gc
import logging
from collections.abc import Iterator
from typing import Final

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot.knowledge.factory import load_knowledge
from handlers.model.context import KnowledgeBundle
from storage.migrations import alembic_runner
from tests.compiled_templates import templates_compiled_once
from tests.migrated_once import revisions_run_once, run_revisions
from tests.weak_passwords import passwords_weakly_hashed

LONGEST: Final = (
    "test_helpdesk.py", "test_traces.py", "test_stop.py", "test_teaching.py", "test_kill.py", "test_cli.py", "test_html.py",
    "test_browser.py", "test_help_pages.py", "test_customers.py", "test_notices.py", "test_telegram.py",
    "test_many_machines.py", "test_kill_states.py", "test_kill_timers.py", "test_storms.py", "test_taking.py",
    "test_outage.py", "test_pages_of_many.py", "test_quote.py", "test_console.py", "test_whatsapp.py", "test_evening.py",
    "test_oidc_provider.py",
    "test_understanding.py", "test_pipeline.py", "test_imports.py", "test_channels.py", "test_names.py", "test_evaluation.py",
    "test_stage_sets.py", "test_telegram_program.py", "test_whatsapp_program.py", "test_behaviour.py", "test_live.py",
    "test_export_files.py", "test_outages.py", "test_start_up.py", "test_routes.py", "test_labelled_dialogs.py",
    "test_labelled_data.py", "test_bad_input.py", "test_jobs.py", "test_migrations.py",
)  # fmt: skip
"""Files that take a process for some seconds or more: one that begins last is what the others wait for."""


# A machine that others use too is slow now and then: no made-up example fails by a clock.
settings.register_profile("without a clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("without a clock")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, each file goes to one of them: those that take long first, so that none is
    left over at the end.
    """
    items.sort(key=_place)
    for item in items:
        if "shipped" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.trained)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is made until the tests begin stays until the end: no collection of garbage need look at it, then or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _place(item: pytest.Item) -> int:
    """The longest files first; the others in the order of their folders."""
    return LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def shipped() -> KnowledgeBundle:
    """The knowledge as it is shipped."""
    return load_knowledge()


@pytest.fixture(scope="session", autouse=True)
def _templates(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Pages look the same from one test to the next."""
    kept: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    with templates_compiled_once(kept.mkdir("templates") if kept else tmp_path_factory.mktemp("templates")):
        yield


@pytest.fixture(scope="session", autouse=True)
def _tables() -> Iterator[None]:
    """An empty database gets its tables at once."""
    with revisions_run_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def _passwords() -> Iterator[None]:
    """Whoever signs in is let in at once."""
    with passwords_weakly_hashed():
        yield


@pytest.fixture(scope="session", autouse=True)
def _tracebacks() -> None:
    """Errors are logged as the program logs them: structlog by itself draws every variable of every call, for seconds."""
    for processor in structlog.get_config()["processors"]:
        if isinstance(processor, structlog.dev.ConsoleRenderer):
            processor.exception_formatter = structlog.dev.plain_traceback


@pytest.fixture
def every_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each revision runs on each database, as in the program."""
    monkeypatch.setattr(alembic_runner, "upgrade_to_head", run_revisions)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command that a test runs sets the log up on the stream that pytest lends to this one test."""
    before = list(logging.root.handlers)
    yield
    structlog.reset_defaults()
    for handler in [handler for handler in logging.root.handlers if handler not in before]:
        logging.root.removeHandler(handler)
