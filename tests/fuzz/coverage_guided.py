"""Searches for bytes that break a target, guided by the coverage that they reach: `python -m tests.fuzz.coverage_guided`.

Takes the name of a target and how many seconds. With atheris (`pip install paligs[fuzz]`) libFuzzer looks for inputs;
without it Hypothesis makes them, guided by nothing.
"""

import importlib
import importlib.util
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.json_mutation import mutate_json

JSON_TARGETS: Final = frozenset({"update", "frame"})
PACKAGES: Final = ["bot", "handlers", "kb"]
MAX_BYTES: Final = 2048


def main(name: str, seconds: int) -> None:
    """Search for so long; an input that breaks the target is printed, and ends it with an error."""
    if importlib.util.find_spec("atheris") is None:
        _search_blindly(name, seconds)
    else:
        _search_by_coverage(name, seconds)


def _search_by_coverage(name: str, seconds: int) -> None:
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=PACKAGES):
        targets = importlib.import_module("tests.fuzz.targets")

    def mutate_bytes(data: bytes, max_size: int) -> bytes:
        changed: bytes = atheris.Mutate(data, max_size)  # not there before the search begins
        return changed

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(targets.SEEDS[name]):
            (Path(corpus) / str(number)).write_bytes(seed)
        options = [f"-max_total_time={seconds}", f"-max_len={MAX_BYTES}", "-timeout=20", "-rss_limit_mb=0", corpus]
        more = {"custom_mutator": partial(mutate_json, mutate=mutate_bytes)} if name in JSON_TARGETS else {}
        atheris.Setup([sys.argv[0], *options], targets.TARGETS[name], **more)
        atheris.Fuzz()


def _search_blindly(name: str, seconds: int) -> None:
    targets, end, tried = importlib.import_module("tests.fuzz.targets"), monotonic() + seconds, 0
    seeds = st.sampled_from(targets.SEEDS[name])
    changed = st.builds(
        lambda seed, at, new: seed[:at] + new + seed[at + len(new) :], seeds, st.integers(0, 200), st.binary(max_size=9)
    )

    @settings(
        max_examples=500, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(st.binary(max_size=MAX_BYTES) | changed)
    def search(data: bytes) -> None:
        nonlocal tried
        tried += 1
        targets.TARGETS[name](data)

    while monotonic() < end:
        search()
    sys.stdout.write(f"{name}: {tried} inputs without atheris, nothing raised\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
