"""Trains what it is asked for and hands it over in files; ends with the process that started it."""

import os
import sys
import threading
from pathlib import Path

from bot.knowledge.training.priority import IDLE_OPTION, give_way


def _end_with_parent() -> None:
    """The standard input is a pipe that nothing is written to: it ends when whoever started this process ends."""
    # Not through sys.stdin, whose lock an ending interpreter waits for in vain.
    while os.read(0, 1):
        pass
    os._exit(1)


def main(handover: Path, *, idle: bool = False) -> None:
    """What `python -m bot.knowledge.training` does."""
    # First: who ends it needs no more of the processor than who answers.
    threading.Thread(target=_end_with_parent, daemon=True, name="parent watch").start()
    give_way(idle=idle)
    # Only now: loading numpy alone takes a part of a second of the processor.
    from bot.knowledge.training.handover import TrainingRequest
    from bot.knowledge.training.trainer import train

    train(TrainingRequest.read(handover), handover).write(handover)


if __name__ == "__main__":
    main(Path(sys.argv[1]), idle=IDLE_OPTION in sys.argv[2:])
