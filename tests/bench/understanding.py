"""How well messages are understood, part by part: `python -m tests.bench.understanding [PART ...]`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Final

from rich.console import Console

from tests.bench import calibration, labelled, public
from tests.bench.stages import stages

PARTS: Final[Mapping[str, Callable[[Console], None]]] = {
    "dev": labelled.dev,
    "hard": labelled.hard,
    "noise": labelled.noise,
    "language": labelled.language,
    "verbatim": labelled.verbatim,
    "stages": stages,
    "small": labelled.small,
    "calibration": calibration.calibration,
    "public": public.public,
    "public-noise": public.public_noise,
    "public-area": public.public_area,
}


def main(wanted: Sequence[str]) -> int:
    """Runs the parts that are wanted, or all; the exit status."""
    console = Console()
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        console.print(f"{', '.join(unknown)}: no such part: write some of {', '.join(PARTS)}, or none for all")
        return 2
    for name in wanted or PARTS:
        if name.startswith("public") and not public.DATA.is_dir():
            console.print(f"{name}: the public sets do not lie at {public.DATA}: this part is left out")
            continue
        start = perf_counter()
        console.rule(name, align="left")
        PARTS[name](console)
        console.print(f"[{name}: {perf_counter() - start:.0f} s]\n", markup=False, highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
