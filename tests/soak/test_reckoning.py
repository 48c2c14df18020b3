"""The reckoning finds what was lost, decided twice, left unsent or not told; a run without faults is right."""

from pathlib import Path
from random import Random

from sqlalchemy import delete, insert, select, update

from storage.database.engine import read_transaction, write_transaction
from storage.tables import messages, notices, turns
from tests.soak.faults import fill_disk, schedule
from tests.soak.reckoning import reckon, unsettled
from tests.unit.bot.conftest import ProgramFixture, program  # noqa: F401 a fixture

ACCEPTED = {("test", "m1"), ("test", "m2")}


async def two_exchanges(program: ProgramFixture) -> None:  # noqa: F811
    await program.exchange("hours")
    await program.exchange("ticket")


async def test_a_run_without_faults_is_right(program: ProgramFixture) -> None:  # noqa: F811
    await two_exchanges(program)
    assert unsettled(program.database, ACCEPTED) == 0
    found = reckon(program.database, ACCEPTED, [(address, one.text) for address, one in program.channel.sent])
    assert (found.accepted, found.decided, found.answered, found.sent_again) == (2, 2, 2, 0)
    assert found.is_right


async def test_what_was_accepted_and_is_not_there_is_lost(program: ProgramFixture) -> None:  # noqa: F811
    await two_exchanges(program)
    found = reckon(program.database, ACCEPTED | {("test", "m3")}, [])
    assert found.lost == {("test", "m3")}
    assert not found.is_right
    assert unsettled(program.database, ACCEPTED | {("test", "m3")}) == 1


async def test_a_second_decision_is_seen(program: ProgramFixture) -> None:  # noqa: F811
    await two_exchanges(program)
    with write_transaction(program.database) as connection:
        row = connection.execute(select(turns).limit(1)).mappings().one()
        connection.execute(insert(turns).values({**row, "id": 99, "number": 99}))
    found = reckon(program.database, ACCEPTED, [])
    assert found.decided_twice == 1
    assert not found.is_right


async def test_a_reply_that_waits_or_failed_is_seen(program: ProgramFixture) -> None:  # noqa: F811
    await program.exchange("hours")
    await program.intake(program.inbound("ticket"))
    found = reckon(program.database, ACCEPTED, [])
    assert (found.unsent, found.answered) == (1, 1)
    assert unsettled(program.database, ACCEPTED) == 1
    program.channel.fail_next(permanent=True)
    await program.deliver(program.submitted[-1])
    found = reckon(program.database, ACCEPTED, [])
    assert (found.unsent, found.failed) == (0, {"not now": 1})
    assert not found.is_right


async def test_a_message_without_a_reply_is_silent_and_one_without_a_decision_is_not_right(
    program: ProgramFixture,  # noqa: F811
) -> None:
    await two_exchanges(program)
    with write_transaction(program.database) as connection:
        connection.execute(delete(messages).where(messages.c.side == "bot", messages.c.turn_id == 1))
    assert reckon(program.database, ACCEPTED, []).silent == 1
    with write_transaction(program.database) as connection:
        connection.execute(update(messages).where(messages.c.turn_id == 1).values(turn_id=None))
    assert reckon(program.database, ACCEPTED, []).undecided == 1


async def test_a_hand_off_that_nobody_was_told_of_is_seen(program: ProgramFixture) -> None:  # noqa: F811
    await program.exchange("person")
    with read_transaction(program.database) as connection:
        assert connection.scalar(select(notices.c.id)) is None
    found = reckon(program.database, {("test", "m1")}, [])
    assert (found.handoffs, found.untold) == (1, 1)
    assert not found.is_right


async def test_what_came_twice_is_counted_and_allowed(program: ProgramFixture) -> None:  # noqa: F811
    await program.exchange("hours")
    found = reckon(program.database, {("test", "m1")}, [("anna", "same"), ("anna", "same"), ("anna", "other")])
    assert found.sent_again == 1
    assert found.is_right


def test_every_fault_comes_in_each_pass_and_kills_come_early() -> None:
    names = ["kill -9", "away", "full", "late"]
    order = schedule(names, 20, Random(1))  # noqa: S311
    assert len(order) == 20
    assert set(order[:4]) == set(names)
    assert "kill -9" not in order[8:]
    assert {*order[8:]} == {"away", "full", "late"}


def test_a_disk_that_is_full_ends_the_filling(tmp_path: Path) -> None:
    fill_disk(tmp_path / "ballast", megabytes_at_most=1)
    assert (tmp_path / "ballast").stat().st_size == 2**20
