"""How a browser for the tests is found, and what is said where there is none."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e import chromium


def program(folder: Path, name: str, *, works: bool) -> Path:
    """A stand-in for a browser."""
    file = folder / name
    file.write_text(f"#!/bin/sh\nexit {0 if works else 1}\n", "utf-8")
    file.chmod(0o755)
    return file


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser; its PATH."""
    for variable in (chromium.VARIABLE, "PLAYWRIGHT_BROWSERS_PATH"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_one_that_is_named_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare, "chromium", works=True)
    monkeypatch.setenv(chromium.VARIABLE, str(named := program(bare, "mine", works=True)))
    assert chromium.find() == named


def test_a_stub_that_does_not_start_is_passed_over(bare: Path) -> None:
    program(bare, "chromium", works=False)
    chrome = program(bare, "google-chrome", works=True)
    assert chromium.find() == chrome


def test_playwrights_own_is_found_where_it_lies(bare: Path) -> None:
    folder = bare / ".cache" / "ms-playwright" / "chromium-1234" / "chrome-linux64"
    folder.mkdir(parents=True)
    assert chromium.find() is None
    assert program(folder, "chrome", works=True) == chromium.find()


def test_what_no_test_needs_is_disabled_beside_what_playwright_disables(tmp_path: Path) -> None:
    browser = tmp_path / "it's a browser"
    browser.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', "utf-8")
    browser.chmod(0o755)
    given = ("--disable-features=Lens,Router", "--user-data-dir=/tmp/a b", "--no-first-run")
    command = [str(chromium.launcher(browser, tmp_path)), *given]
    started = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert started == [f"{given[0]},{','.join(chromium.UNUSED_FEATURES)}", *given[1:]]


def test_where_nothing_can_be_installed_it_says_what_to_do(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.executable", str(program(bare, "python", works=False)))
    chromium.main()
    told = capsys.readouterr().out
    assert "Installing Playwright's Chromium" in told
    assert "apt-get install chromium" in told
