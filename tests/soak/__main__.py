"""`python -m tests.soak sqlite|postgresql`: people write without a pause while everything fails in turn; then it is reckoned.

Ends with an error where a message was lost, decided twice or not answered, or memory grew by more than a tenth.
"""

import asyncio
import signal
import sys
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import Annotated, Final, cast

import typer

from tests.ports import own_port
from tests.soak.balancer import balancing
from tests.soak.crowd import Crowd
from tests.soak.faults import GROUPS, FaultPlayer, schedule
from tests.soak.machine import DatabaseKind, SoakMachine, running_machine
from tests.soak.platforms import TWILIO_TOKEN, FailingTelegram, FailingTwilio, SwitchableMail
from tests.soak.reckoning import Reckoning, reckon, unsettled, waiting_replies
from tests.soak.staff import TappingStaff

MAX_GROWTH: Final = 0.1
WARM_UP_SECONDS: Final = 180.0
"""Less of a run tells nothing about its memory."""
SETTLE_SECONDS: Final = 330.0
STOP_SECONDS: Final = 20
ROUNDS: Final = 36
"""Faults of a run, each as long as the pause after it."""


@dataclass(kw_only=True)
class Soak:
    """One run."""

    seconds: float
    machine: SoakMachine
    crowd: Crowd
    player: FaultPlayer
    staff: TappingStaff
    chance: Random

    async def run(self) -> Reckoning:
        """Everybody writes while all fails; then everything is well, and all is to be answered."""
        for one in self.machine.processes:
            await one.start()
        background = [
            asyncio.create_task(work) for work in (self.crowd.run(), self.staff.run(), self._measure(), self._play())
        ]
        await asyncio.sleep(self.seconds)
        await background.pop()
        await self.crowd.stop()
        await self._settle()
        background.pop().cancel()
        self.staff.stop()
        await asyncio.gather(*background, return_exceptions=True)
        return reckon(self.machine.database, self.crowd.accepted, self._received())

    async def _play(self) -> None:
        length, began = self.seconds / ROUNDS / 2, monotonic()
        await asyncio.sleep(length)
        for name in schedule([*self.player.faults()], ROUNDS, self.chance):
            if monotonic() - began > self.seconds:
                break
            _tell(f"{monotonic() - began:6.0f} s  {name}")
            await self.player.play(name, min(length, 25))
            await asyncio.sleep(length)

    async def _measure(self) -> None:
        while True:
            for one in self.machine.processes:
                one.measure()
            await asyncio.sleep(min(5.0, self.seconds / 100))

    async def _settle(self) -> None:
        end = monotonic() + SETTLE_SECONDS
        while (left := await asyncio.to_thread(unsettled, self.machine.database, self.crowd.accepted)) and (
            monotonic() < end
        ):
            await asyncio.sleep(1)
        _tell("\n".join(waiting_replies(self.machine.database)[:10]))
        _tell(f"settled; {left} left, {len(self.player.telegram.pending)} updates not taken")

    def _received(self) -> list[tuple[str, str]]:
        """By chat: what the bot said there, staff groups apart."""
        telegram = [(str(one["chat"]["id"]), one["text"]) for one in self.player.telegram.sent]
        twilio = [(form["To"], form.get("Body", "")) for form in self.player.twilio.delivered]
        return [one for one in telegram + twilio if not one[0].startswith("-")]


def main(
    kind: Annotated[str, typer.Argument(help="sqlite or postgresql")],
    minutes: Annotated[float, typer.Option(help="How long people write.")] = 30,
    pause: Annotated[float, typer.Option(help="Seconds between the beginnings of two conversations.")] = 1.5,
    seed: Annotated[int, typer.Option(help="What is random is the same with the same seed.")] = 1,
) -> None:
    """Run it, print the reckoning, end with 1 where it is not right."""
    # Stopped in the middle, it takes with it what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="paligs-soak-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the database server may be another user
        right = asyncio.run(_soak(cast(DatabaseKind, kind), minutes * 60, pause, seed, Path(folder)))
    sys.exit(0 if right else 1)


async def _soak(kind: DatabaseKind, seconds: float, pause: float, seed: int, folder: Path) -> bool:
    chance, port, mail = Random(seed), own_port(), SwitchableMail(own_port())  # noqa: S311
    twilio = FailingTwilio()
    async with FailingTelegram() as telegram, AsyncExitStack() as closing:
        await closing.enter_async_context(twilio.serving())
        await mail.switch_on()
        closing.push_async_callback(mail.switch_off)
        origin = f"http://127.0.0.1:{port}"
        settings = _settings(origin, telegram, twilio, mail)
        machine = closing.enter_context(running_machine(kind, folder, settings))
        urls = [one.url for one in machine.webs]
        await closing.enter_async_context(balancing(port, urls))
        crowd = Crowd(telegram=telegram, origin=origin, webs=urls, chance=chance, pause=pause)
        player = FaultPlayer(machine=machine, telegram=telegram, twilio=twilio, mail=mail, chance=chance)
        staff = TappingStaff(telegram=telegram)
        soak = Soak(seconds=seconds, machine=machine, crowd=crowd, player=player, staff=staff, chance=chance)
        found = await soak.run()
        return await _report(soak, found)


def _settings(origin: str, telegram: FailingTelegram, twilio: FailingTwilio, mail: SwitchableMail) -> dict[str, str]:
    staff = f"telegram:{GROUPS[0]}, ops@bistro.lv"
    return {
        "PUBLIC_URL": origin,
        "SECRET_KEY": "a key of sixteen letters",
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "TWILIO_WHATSAPP_FROM": "+37120000000",
        "TWILIO_API_URL": twilio.url.rstrip("/"),
        "NOTIFY_HELPDESK": staff,
        "NOTIFY_TECHNICAL": staff,
        "NOTIFY_ADMINISTRATION": staff,
        "NOTIFY_FROM": "paligs@bistro.lv",
        "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
    }


async def _report(soak: Soak, found: Reckoning) -> bool:
    right = found.is_right and not soak.player.telegram.contract_violations
    lines = found.lines()
    for one in soak.machine.processes:
        name, growth = one.process.folder.name, one.growth(max(WARM_UP_SECONDS, soak.seconds / 6))
        status = await asyncio.to_thread(one.process.stop, STOP_SECONDS)
        right = right and status == 0 and (growth is None or growth[1] <= growth[0] * (1 + MAX_GROWTH))
        told = (
            "too young to tell" if growth is None else "{:.0f} MB after warm-up, {:.0f} MB at the end".format(*growth)
        )
        lines.append(f"{name}: started {one.starts} times, ended with {status}; {told}")
        lines += [f"  {level}: {dict(Counter(one.events(level)))}" for level in ("error", "warning")]
    lines.append(f"faults: {dict(Counter(soak.player.played))}; /readyz: {soak.player.not_ready}")
    lines.append(
        f"the web chat refused: {soak.crowd.refused}; shown to visitors: {soak.crowd.seen_by_visitors} replies"
    )
    lines.append(f"letters {len(soak.player.mail.room.emails)}, taken by staff {soak.staff.taps}")
    lines += [f"misuse: {text}" for text in soak.player.telegram.contract_violations[:5]]
    lines += [f"lost: {key}" for key in [*found.lost][:5]]
    _tell("\n".join([*lines, "right" if right else "WRONG"]))
    return right


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    typer.run(main)
