"""How fast the bot speaks."""

import pytest

from bot.channels.telegram.api.rate_limit import Pace


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def sent(pace: Pace, time: Time, *chats: int) -> list[float]:
    """When each message goes, asked for one after the other."""
    moments = []
    for chat in chats:
        time.now += pace.wait(chat)
        pace.take(chat)
        moments.append(round(time.now - 100, 3))
    return moments


def test_one_message_a_second_goes_to_a_chat(time: Time) -> None:
    assert sent(Pace(time), time, 1, 1, 1) == [0, 1, 2]


def test_thirty_messages_a_second_go_out(time: Time) -> None:
    moments = sent(Pace(time), time, *range(1, 91))
    assert moments[29] == 0
    assert moments[89] == pytest.approx(2, abs=0.01)


def test_twenty_messages_a_minute_go_to_a_group(time: Time) -> None:
    moments = sent(Pace(time), time, *[-5] * 30)
    assert moments[:5] == [0] * 5
    assert len([moment for moment in moments if 15 <= moment < 75]) <= 20


def test_those_who_ask_together_wait_for_each_other(time: Time) -> None:
    pace = Pace(time)
    waits = []
    for _ in range(3):
        waits.append(pace.wait(1))
        pace.take(1)
    assert waits == [0, 1, 2]


@pytest.mark.parametrize("chat", [1, -5])
def test_a_chat_that_is_to_be_quiet_is_quiet_and_others_are_not(time: Time, chat: int) -> None:
    pace = Pace(time)
    pace.hold(chat, 7)
    assert pace.wait(chat) == 7
    assert pace.wait(2) == 0


def test_chats_that_may_speak_again_are_forgotten(time: Time) -> None:
    pace = Pace(time)
    for chat in range(1, 3000):
        pace.take(chat)
        time.now += 1
    assert len(pace._chats) <= 1001
