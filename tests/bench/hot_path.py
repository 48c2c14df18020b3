"""`python -m tests.bench.hot_path`: where a message's time goes, by what the interpreter runs while messages arrive.

Needs py-spy on the path, which is no dependency: `pip install py-spy`. It notes which thread holds the interpreter; what
SQLite and the system do without it is not in the shares.
"""

import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from tests.bench import targets
from tests.bench.load import load_generator

WARM_UP_RATE: Final = 50
SAMPLES_PER_SECOND: Final = 200

GROUPS: Final = tuple(
    (name, re.compile(files))
    for name, files in (
        ("log", r"structlog/|logging_setup"),
        ("metrics and tracing", r"prometheus_client/|observability/"),
        ("session and trace as JSON", r"stored_json"),
        ("prepared statements", r"storage/database/prepared|storage/tables/types"),
        ("interpreting and deciding", r"\((handlers|kb)/"),
        ("transactions and SQLAlchemy", r"storage/database/|sqlalchemy/"),
        ("intake and recording", r"bot/intake/|bot/helpdesk/|bot/customers/|\(storage/"),
        ("group commit", r"bot/database/"),
        ("HTTP client", r"aiohttp/(client|connector|formdata|payload)"),
        ("Twilio's library and ours", r"twilio/(rest|base|http)/|twilio/client|whatsapp/|message_part|text_split"),
        ("form and signature", r"twilio/request_validator|channels/twilio/signature"),
        ("delivery", r"bot/delivery/"),
        ("HTTP server and middlewares", r"aiohttp/|bot/web/|channels/twilio/"),
        ("event loop and threads", r"asyncio/|selectors|concurrent/futures|threading"),
    )
)


def shares(stacks: Iterable[str]) -> dict[str, float]:
    """Each group's part of all samples: a sample belongs to the group of its innermost call that has one."""
    found = Counter[str]()
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        calls = reversed(stack.split(";"))
        found[next((name for call in calls for name, files in GROUPS if files.search(call)), "other")] += int(count)
    total = found.total()
    return {name: count / total for name, count in found.most_common()}


def main(
    rate: Annotated[int, typer.Option(help="Messages a second.")] = 100,
    seconds: Annotated[int, typer.Option(help="How long.")] = 40,
    least: Annotated[bool, typer.Option(help="Of the least bot instead.")] = False,
) -> None:
    """Prints the shares of docs/performance.md."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    profiler = shutil.which("py-spy")
    if profiler is None:
        typer.echo("py-spy is not on the path: pip install py-spy", err=True)
        raise typer.Exit(2)
    with load_generator(seconds) as place:
        samples = place.folder / "samples"
        running = targets.running_minimal_bot(place.folder) if least else targets.running_paligs(place.folder)
        with running as target:
            place.run_trial(target, WARM_UP_RATE)
            with subprocess.Popen(_command(profiler, target.process, seconds, samples)):
                place.run_trial(target, rate)
        for name, share in shares(samples.read_text("utf-8").splitlines()).items():
            typer.echo(f"{share:6.1%}  {name}")


def _command(profiler: str, process: int, seconds: int, samples: Path) -> list[str]:
    options = ["--format", "raw", "--gil", "--nonblocking", "--rate", str(SAMPLES_PER_SECOND)]
    return [profiler, "record", "--pid", str(process), "--duration", str(seconds), *options, "--output", str(samples)]


if __name__ == "__main__":
    typer.run(main)
