"""`paligs run --reload` starts the program again when a file changes, and waits where the program fails."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import restart_on_change
from bot.cli.restart_on_change import modification_times, run_with_restarts, source_folders

APPENDS_AND_WAITS = "import pathlib, sys, time; open('starts', 'a').write('x'); time.sleep(600)"
FAILS = "raise SystemExit(3)"


class EnoughError(Exception):
    """The test has seen what it wanted."""


def says_until(
    wanted: int, on_said: Callable[[str], object] = lambda _: None
) -> tuple[list[str], Callable[[str], None]]:
    """What is said, and what says it; ends the endless loop at the `wanted`th sentence."""
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        on_said(text)
        if len(said) == wanted:
            raise EnoughError

    return said, say


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restart_on_change, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def test_a_changed_template_starts_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.html"
    page.write_text("old")

    def change_once_started(seconds: float) -> None:
        starts = tmp_path / "starts"
        if starts.exists() and (told := starts.read_text()):
            page.write_text(f"new {told}")
            page.touch()

    monkeypatch.setattr(restart_on_change, "sleep", change_once_started)
    said, say = says_until(2)
    with pytest.raises(EnoughError):
        run_with_restarts([sys.executable, "-c", APPENDS_AND_WAITS], [tmp_path], say)
    assert said == ["page.html changed: starting again ..."] * 2
    assert (tmp_path / "starts").read_text()


def test_a_program_that_fails_waits_for_the_next_change(tmp_path: Path) -> None:
    text = tmp_path / "lv.yaml"
    text.write_text("broken")
    said, say = says_until(2, lambda _: text.unlink(missing_ok=True))
    with pytest.raises(EnoughError):
        run_with_restarts([sys.executable, "-c", FAILS], [tmp_path], say)
    assert said == [
        "The program ended with status 3: waiting for a change ...",
        "lv.yaml changed: starting again ...",
    ]


def test_templates_texts_and_styles_are_watched() -> None:
    watched = {"/".join(file.parts[-2:]) for file in modification_times(source_folders())}
    assert {"templates/chat.html", "texts/lv.yaml", "static/console.css", "cli/app.py"} <= watched
