"""`paligs` whose clock on the wall can be stepped while it runs: SOAK_CLOCK names a file that holds the seconds.

python -m tests.soak.stepped_paligs run|web|worker
"""

import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from bot.app import services
from bot.channels.sms import channel as sms
from bot.channels.telegram import channel as telegram
from bot.channels.webchat import server as webchat
from bot.channels.whatsapp import channel as whatsapp
from bot.cli import main
from bot.delivery.jobs import procrastinate_tasks

MODULES_WITH_A_CLOCK: Final = (services, sms, telegram, webchat, whatsapp, procrastinate_tasks)


class SteppedClock(datetime):
    """The time of this machine, as far off as the file says."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override] # a plain datetime, as everybody expects
        """As datetime.now."""
        seconds = Path(os.environ["SOAK_CLOCK"]).read_text("ascii")
        return datetime.now(tz) + timedelta(seconds=float(seconds or 0))


if __name__ == "__main__":
    for module in MODULES_WITH_A_CLOCK:
        vars(module)["datetime"] = SteppedClock
    main()
