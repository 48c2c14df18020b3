"""Finds a Chromium for the browser tests, or installs one where that may be done; says what it does, and never hangs.

python -m tests.e2e.chromium
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

VARIABLE: Final = "PALIGS_CHROMIUM"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    # Debian's Chromium draws by a graphics card that is played in software: half of all that the browser costs.
    "--disable-gpu",
)
UNUSED_FEATURES: Final = (
    # The lists under the field for addresses: two pages with a process of their own for each window that is opened.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
    # A process for a page that may come.
    "SpareRendererForSitePerProcess",
)
"""What a browser would do for a person at its window, and what costs more than the pages that tests look at."""
_LAUNCHER: Final = """#!/bin/sh
# Playwright disables features too, and of two such arguments a browser reads the last.
for argument do
  shift
  case $argument in --disable-features=*) argument=$argument,{features} ;; esac
  set -- "$@" "$argument"
done
exec {browser} "$@"
"""

LOOK_SECONDS: Final = 90
INSTALL_SECONDS: Final = 300

HOW: Final = (
    "There is no Chromium, and none could be installed: the browser tests are skipped. To have them, do one of:\n"
    "  sudo apt-get install chromium           (Debian, Ubuntu)\n"
    "  .venv/bin/playwright install chromium   (any system with network access; --with-deps as root)\n"
    f"  {VARIABLE}=/path/to/chrome make test    (one that is there already)"
)


def arguments() -> list[str]:
    """What a Chromium is to be started with: it calls nobody; as root it runs without its sandbox."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*ARGUMENTS, *(["--no-sandbox"] if as_root else [])]


def launcher(browser: Path, folder: Path) -> Path:
    """A program in this folder that starts the browser without what no test needs."""
    file = folder / "chromium"
    file.write_text(_LAUNCHER.format(features=",".join(UNUSED_FEATURES), browser=shlex.quote(str(browser))), "utf-8")
    file.chmod(0o755)
    return file


def find() -> Path | None:
    """A Chromium that starts: the one that is named, one of the system's, or Playwright's own."""
    return next((browser for browser in _candidates() if _starts(browser)), None)


def install(say: Callable[[str], object]) -> Path | None:
    """Playwright's own, else Debian's package; None where neither may or can be installed."""
    for name, possible, commands, environment in _ways():
        if not possible:
            continue
        say(f"Installing {name} ...")
        if all(_runs(command, environment, say) for command in commands) and (found := find()) is not None:
            return found
    return None


def _candidates() -> Iterator[Path]:
    named = os.environ.get(VARIABLE)
    if named:
        yield Path(named)
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
    for folder in _playwright_folders():
        for pattern in (
            "chromium-*/chrome-*/chrome",
            "chromium-*/chrome-*/**/Chromium",
            "chromium*/**/*headless*shell",
        ):
            yield from sorted(file for file in folder.glob(pattern) if file.is_file())


def _playwright_folders() -> tuple[Path, ...]:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    home = Path.home()
    return (
        *((Path(named),) if named else ()),
        home / ".cache" / "ms-playwright",
        home / "Library" / "Caches" / "ms-playwright",
    )


def _starts(browser: Path) -> bool:
    # Ubuntu's /usr/bin/chromium-browser may be a stub that asks for a snap.
    return _runs((str(browser), "--version"), {}, lambda _: None, seconds=LOOK_SECONDS)


def _ways() -> Iterator[tuple[str, bool, Sequence[Sequence[str]], Mapping[str, str]]]:
    impatient = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "30000"}
    playwright = (sys.executable, "-m", "playwright", "install", "chromium")
    yield "Playwright's Chromium", True, (playwright,), impatient
    may = shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0
    apt = (
        "apt-get",
        "-qq",
        "-o",
        "Acquire::http::Timeout=30",
        "-o",
        "Acquire::Retries=1",
        "-o",
        "DPkg::Lock::Timeout=60",
    )
    debian = ((*apt, "update"), (*apt, "install", "-y", "--no-install-recommends", "chromium"))
    yield "Debian's package chromium", may, debian, {"DEBIAN_FRONTEND": "noninteractive"}


def _runs(
    command: Sequence[str], environment: Mapping[str, str], say: Callable[[str], object], seconds: int = INSTALL_SECONDS
) -> bool:
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        say(f"  gave up after {seconds} s")
        return False
    except OSError as exc:
        say(f"  {exc}")
        return False
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it failed"]
        say("  " + next((line for line in reversed(lines) if "rror" in line), lines[-1]).strip()[:300])
    return done.returncode == 0


def main() -> None:
    """Sees to it that there is one, if that can be."""

    def say(text: str) -> None:
        print(text, flush=True)  # noqa: T201 - this is a command

    found = find() or install(say)
    say(HOW if found is None else f"Browser tests use {found}")


if __name__ == "__main__":
    main()
