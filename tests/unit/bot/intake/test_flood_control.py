"""How much one sender may say: by the pace and the sameness of messages, in a memory that has an end."""

from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.intake.flood_control import Guard, Limits, Verdict
from handlers.model.messages import Inbound, MessageKind
from tests.doubles import NOW

PASS, TOO_FAST, REPEATING, SILENT = Verdict.PASS, Verdict.TOO_FAST, Verdict.REPEATING, Verdict.SILENT
SECOND = timedelta(seconds=1)
HELLO = Inbound(channel="test", conversation="anna", sender="anna", message_id="m", sent_at=NOW, text="hello")


class Sender:
    """Somebody who writes, and a clock."""

    def __init__(self, guard: Guard | None = None, name: str = "anna") -> None:
        self.guard, self.name, self.now, self.numbers = guard or Guard(), name, NOW, count(1)

    def says(self, text: str | None = None, *, after: float = 0, kind: MessageKind = MessageKind.TEXT) -> Verdict:
        """The verdict; without a text it is a new one each time."""
        self.now += after * SECOND
        number = next(self.numbers)
        return self.guard.judge(self.inbound(f"text {number}" if text is None else text, number, kind), self.now)

    def inbound(self, text: str, number: int = 0, kind: MessageKind = MessageKind.TEXT) -> Inbound:
        """A message of theirs."""
        return replace(HELLO, sender=self.name, message_id=f"m{number}", text=text, kind=kind, sent_at=self.now)

    def floods(self, messages: int = 20) -> None:
        """So many at once, all answered."""
        assert {self.says() for _ in range(messages)} == {PASS}


def test_twenty_at_once_pass_then_there_is_one_notice_and_silence() -> None:
    anna = Sender()
    anna.floods()
    assert [anna.says() for _ in range(5)] == [TOO_FAST, SILENT, SILENT, SILENT, SILENT]


def test_a_steady_pace_of_twenty_a_minute_always_passes() -> None:
    anna = Sender()
    assert {anna.says(after=3) for _ in range(500)} == {PASS}


def test_a_flood_that_goes_on_stays_silenced_without_another_notice() -> None:
    anna = Sender()
    anna.floods()
    assert anna.says() is TOO_FAST
    assert {anna.says(after=2) for _ in range(500)} == {SILENT}


def test_half_a_minute_of_rest_calms_it() -> None:
    anna = Sender()
    anna.floods()
    assert anna.says() is TOO_FAST
    assert anna.says(after=29) is SILENT
    assert anna.says(after=30) is PASS


def test_who_goes_on_more_slowly_is_heard_again_too() -> None:
    anna = Sender()
    anna.floods()
    assert anna.says() is TOO_FAST
    heard = [anna.says(after=10) for _ in range(8)]
    assert heard[0] is SILENT
    assert heard[-1] is PASS


def test_the_next_flood_gets_a_notice_of_its_own() -> None:
    anna = Sender()
    for _ in range(2):
        anna.floods()
        assert [anna.says(), anna.says()] == [TOO_FAST, SILENT]
        anna.now += timedelta(minutes=2)


def test_what_a_platform_kept_during_an_outage_is_no_flood() -> None:
    guard = Guard()
    kept = [replace(HELLO, message_id=f"m{n}", text=f"{n}", sent_at=NOW - n * timedelta(minutes=1)) for n in range(60)]
    assert {guard.judge(inbound, NOW) for inbound in reversed(kept)} == {PASS}


def test_a_platform_whose_clock_is_ahead_or_jumps_gains_nothing() -> None:
    guard = Guard()
    ahead = [replace(HELLO, message_id=f"m{n}", text=f"{n}", sent_at=NOW + n * timedelta(hours=1)) for n in range(21)]
    assert guard.judge(ahead[0], NOW) is PASS
    assert [guard.judge(inbound, NOW - timedelta(days=1)) for inbound in ahead[1:]][-1] is TOO_FAST


def test_senders_do_not_pay_for_each_other() -> None:
    guard = Guard()
    anna, boris = Sender(guard), Sender(guard, "boris")
    anna.floods()
    assert anna.says() is TOO_FAST
    assert boris.says() is PASS


def test_the_fifth_time_the_same_in_a_minute_gets_a_notice_and_then_silence() -> None:
    anna = Sender()
    assert [anna.says("Kase?", after=5) for _ in range(7)] == [PASS] * 4 + [REPEATING, SILENT, SILENT]


def test_another_text_ends_it() -> None:
    anna = Sender()
    for _ in range(6):
        anna.says("kase?")
    assert anna.says("printeris?") is PASS
    assert [anna.says("kase?") for _ in range(5)] == [PASS] * 4 + [REPEATING]


def test_time_ends_it_too() -> None:
    anna = Sender()
    for _ in range(6):
        anna.says("kase?")
    assert anna.says("kase?", after=61) is PASS
    assert [anna.says("kase?") for _ in range(4)] == [PASS] * 3 + [REPEATING]


def test_the_same_now_and_then_is_no_loop() -> None:
    anna = Sender()
    assert {anna.says("kase?", after=20) for _ in range(50)} == {PASS}


def test_case_and_spaces_make_no_other_text() -> None:
    anna = Sender()
    assert [anna.says(text) for text in ("Kase?", " kase? ", "KASE?", "kase?", "kase?\n")][-1] is REPEATING


def test_pictures_without_words_and_taps_do_not_repeat_themselves() -> None:
    anna = Sender()
    assert {anna.says("", kind=MessageKind.PHOTO) for _ in range(8)} == {PASS}
    assert {anna.says("Atgriezt", kind=MessageKind.TAP) for _ in range(8)} == {PASS}
    assert {anna.says("") for _ in range(4)} == {PASS}


def test_a_message_that_is_delivered_again_is_not_another_one() -> None:
    anna = Sender()
    assert {anna.guard.judge(anna.inbound("kase?", 1), NOW) for _ in range(50)} == {PASS}
    assert [anna.says("kase?") for _ in range(3)] == [PASS] * 3


def test_delivered_again_it_gets_the_verdict_it_had() -> None:
    anna = Sender()
    anna.floods()
    over = [anna.inbound("a", 100), anna.inbound("b", 101)]
    assert [[anna.guard.judge(inbound, NOW) for inbound in over] for _ in range(3)] == [[TOO_FAST, SILENT]] * 3


def test_two_chats_of_a_sender_may_number_their_messages_alike() -> None:
    anna = Sender()
    anna.floods(3)
    elsewhere = [replace(anna.inbound("same", number), conversation="group") for number in range(1, 6)]
    assert [anna.guard.judge(inbound, NOW) for inbound in elsewhere][-1] is REPEATING


def test_what_passes_nevertheless_leaves_the_notice_to_the_next() -> None:
    anna = Sender()
    anna.floods()
    stopped = anna.inbound("kase stāv", 100)
    assert anna.guard.judge(stopped, NOW) is TOO_FAST
    anna.guard.spare(stopped)
    assert anna.guard.judge(stopped, NOW) is PASS
    assert [anna.says(), anna.says()] == [TOO_FAST, SILENT]


def test_so_it_is_with_what_repeats_itself_and_with_silence() -> None:
    anna = Sender()
    for number in range(4):
        anna.guard.judge(anna.inbound("same", number), NOW)
    for number, verdict in ((4, REPEATING), (5, REPEATING)):
        assert anna.guard.judge(anna.inbound("same", number), NOW) is verdict
        anna.guard.spare(anna.inbound("same", number))
    assert anna.guard.judge(anna.inbound("same", 6), NOW) is REPEATING
    assert anna.guard.judge(anna.inbound("same", 7), NOW) is SILENT
    anna.guard.spare(anna.inbound("same", 7))
    assert anna.guard.judge(anna.inbound("same", 8), NOW) is SILENT


def test_to_spare_a_stranger_does_nothing() -> None:
    guard = Guard()
    guard.spare(HELLO)
    assert guard.watched == 0


def test_the_memory_has_an_end_and_forgets_the_longest_silent_first() -> None:
    guard = Guard(Limits(senders=3, burst=1, known=2))
    for name in ("anna", "boris", "cilda", "anna", "dace"):
        Sender(guard, name).says()
    assert guard.watched == 3
    anna, boris = (Sender(guard, name) for name in ("anna", "boris"))
    assert anna.guard.judge(anna.inbound("new", 9), NOW) is TOO_FAST
    assert boris.guard.judge(boris.inbound("new", 9), NOW) is PASS


def test_of_one_sender_only_the_last_messages_are_known() -> None:
    guard = Guard(Limits(known=32))
    anna = Sender(guard)
    for _ in range(1000):
        anna.says(after=3)
    assert all(len(sender.verdicts) == 32 for sender in guard._senders.values())


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.floats(0, 90)), max_size=120))
def test_never_two_notices_of_a_kind_without_an_answer_between_them(said: list[tuple[str | None, float]]) -> None:
    anna = Sender()
    verdicts = [anna.says(text, after=after) for text, after in said]
    fast = [verdict for verdict in verdicts if verdict is not SILENT]
    assert all((one, two) != (TOO_FAST, TOO_FAST) for one, two in pairwise(fast))
    assert not verdicts or verdicts[0] is PASS
