"""How fast the bot speaks."""

import pytest

from bot.channels.telegram.api.rate_limit import ChatRateLimiter


class FakeClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> FakeClock:
    return FakeClock()


def sent(pace: ChatRateLimiter, time: FakeClock, *chats: int) -> list[float]:
    """When each message goes, asked for one after the other."""
    moments = []
    for chat in chats:
        time.now += pace.wait_seconds(chat)
        pace.acquire(chat)
        moments.append(round(time.now - 100, 3))
    return moments


def test_one_message_a_second_goes_to_a_chat(time: FakeClock) -> None:
    assert sent(ChatRateLimiter(time), time, 1, 1, 1) == [0, 1, 2]


def test_thirty_messages_a_second_go_out(time: FakeClock) -> None:
    moments = sent(ChatRateLimiter(time), time, *range(1, 91))
    assert moments[29] == 0
    assert moments[89] == pytest.approx(2, abs=0.01)


def test_twenty_messages_a_minute_go_to_a_group(time: FakeClock) -> None:
    moments = sent(ChatRateLimiter(time), time, *[-5] * 30)
    assert moments[:5] == [0] * 5
    assert len([moment for moment in moments if 15 <= moment < 75]) <= 20


def test_those_who_ask_together_wait_for_each_other(time: FakeClock) -> None:
    pace = ChatRateLimiter(time)
    waits = []
    for _ in range(3):
        waits.append(pace.wait_seconds(1))
        pace.acquire(1)
    assert waits == [0, 1, 2]


@pytest.mark.parametrize("chat", [1, -5])
def test_a_chat_that_is_to_be_quiet_is_quiet_and_others_are_not(time: FakeClock, chat: int) -> None:
    pace = ChatRateLimiter(time)
    pace.block_for(chat, 7)
    assert pace.wait_seconds(chat) == 7
    assert pace.wait_seconds(2) == 0


def test_chats_that_may_speak_again_are_forgotten(time: FakeClock) -> None:
    pace = ChatRateLimiter(time)
    for chat in range(1, 3000):
        pace.acquire(chat)
        time.now += 1
    assert len(pace._chat_buckets) <= 1001
