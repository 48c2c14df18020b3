"""Staff of the soak: takes and closes what stands in the group, one tap after the other."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from tests.e2e.telegram_peer_rules import Json
from tests.e2e.test_notices import titles
from tests.soak.platforms import FailingTelegram

STEPS: Final = ("Paņemu", "Paņemu visus", "Slēgt…", "Atrisināts", "Atkal strādā")
PAUSE_SECONDS: Final = 2.0


@dataclass(kw_only=True)
class TappingStaff:
    """Taps each step once under each message of the group as it is now."""

    telegram: FailingTelegram
    taps: int = 0
    _tapped: set[tuple[int, str]] = field(default_factory=set)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until it is stopped."""
        while not self._stopped.is_set():
            step = self._next_step()
            if step is not None:
                message, title = step
                self._tapped.add((message["message_id"], title))
                self.telegram.tap_button(title, user=7, message=message)
                self.taps += 1
            await asyncio.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """No more taps."""
        self._stopped.set()

    def _next_step(self) -> tuple[Json, str] | None:
        here = [
            one
            for one in self.telegram.sent
            if one["chat"]["id"] < 0 and one["chat"]["id"] not in self.telegram.migrated
        ]
        for message in here:
            for title in titles(message):
                if title in STEPS and (message["message_id"], title) not in self._tapped:
                    return message, title
        return None
