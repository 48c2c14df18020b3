"""What a start costs: run in a process of its own with all that the server loads, and told by `paligs kb bench`."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter


def measure_start(content: Path | None) -> tuple[float, float | None]:
    """Seconds from nothing to a matcher that is ready, learnt before; and megabytes that it holds then."""
    command = [sys.executable, "-m", "bot.cli.bench.startup", *([str(content)] if content else [])]
    seconds = 0.0
    # Twice: the first one may have to learn, the second one reads what was kept.
    for _ in range(2):
        begin = perf_counter()
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - this module
        seconds = perf_counter() - begin
    return seconds, float(told) if told.strip() else None


def resident_megabytes() -> float | None:
    """Megabytes of memory that this process holds now, where the system tells."""
    try:
        told = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmRSS:")), None)


def _start_and_report(content: str | None) -> None:
    import bot.app.roles  # noqa: F401 - a server loads it
    from bot.knowledge.factory import load_knowledge

    known = load_knowledge(Path(content) if content else None)
    known.interpreter.understand("?")
    held = resident_megabytes()
    sys.stdout.write("" if held is None else f"{held:.1f}\n")


if __name__ == "__main__":
    _start_and_report(next(iter(sys.argv[1:]), None))
