"""The counterparts that come from npm: installs them once beside this file, and runs them; ends only what it started."""

import fcntl
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.ports import own_port

HERE: Final = Path(__file__).parent / "node"
MODULES: Final = HERE / "node_modules"
SPECS: Final = MODULES / "@twilio" / "cli-core" / "src" / "services" / "twilio-api"


class NpmError(Exception):
    """The packages of tests/e2e/node cannot be had; install Node.js 20 with npm, or go without these tests."""


def install() -> None:
    """Installs what package-lock.json names, if it is not there yet.

    Raises:
        NpmError: it could not.
    """
    with (HERE / ".install-lock").open("w") as alone:
        # Two processes of one test run would each remove what the other installs.
        fcntl.flock(alone, fcntl.LOCK_EX)
        _install_once(MODULES / ".package-lock.json", HERE / "package-lock.json")


def _install_once(done: Path, lock: Path) -> None:
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NpmError("node and npm are not there: install Node.js 20")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True, timeout=400)
    except subprocess.CalledProcessError as exc:
        raise NpmError(f"npm ci failed: {' '.join(exc.stderr.split())[-300:]}") from exc
    except subprocess.TimeoutExpired as exc:
        raise NpmError("npm ci took longer than 400 s") from exc
    done.touch()


def needed() -> None:
    """Installs, or skips the test with the reason."""
    try:
        install()
    except NpmError as exc:
        pytest.skip(str(exc))


def node(script: str, lines: str) -> list[str]:
    """What a script of tests/e2e/node prints for the lines."""
    command = ["node", script]
    done = subprocess.run(command, cwd=HERE, input=lines, check=True, capture_output=True, text=True, timeout=300)
    return done.stdout.splitlines()


@contextmanager
def prism(spec: str, log: Path) -> Iterator[str]:
    """The address of a Prism that plays one of Twilio's OpenAPI files, and refuses what is not in it."""
    script = MODULES / "@stoplight" / "prism-cli" / "dist" / "index.js"
    port = own_port()
    with _running(
        log, port, script, "mock", "--errors", "--host=127.0.0.1", f"--port={port}", str(SPECS / spec)
    ) as url:
        yield url


@contextmanager
def mountebank(log: Path) -> Iterator[str]:
    """The address at which a mountebank is told what to play."""
    script = MODULES / "@mbtest" / "mountebank" / "bin" / "mb"
    port = own_port()
    quiet = ("--localOnly", "--nologfile", f"--pidfile={log.with_suffix('.pid')}", "--loglevel=warn")
    with _running(log, port, script, "start", "--host=127.0.0.1", f"--port={port}", *quiet) as url:
        yield url


@contextmanager
def oidc_provider(log: Path, **options: object) -> Iterator[str]:
    """The issuer of an oidc-provider, started with the options of node/provider.mjs."""
    port = own_port()
    with _running(log, port, HERE / "provider.mjs", json.dumps({"port": port, **options})):
        yield f"http://localhost:{port}"


@contextmanager
def _running(log: Path, port: int, script: Path, *arguments: str) -> Iterator[str]:
    with log.open("w") as output:
        command = [shutil.which("node") or "node", str(script), *arguments]
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, log, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, port: int) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"It did not start: {log.read_text()[-500:]}")


if __name__ == "__main__":
    try:
        install()
        sys.stdout.write(f"npm: the counterparts are in {MODULES}\n")
    except NpmError as problem:
        sys.stdout.write(f"npm: {problem}\nThe tests that need them will be skipped.\n")
