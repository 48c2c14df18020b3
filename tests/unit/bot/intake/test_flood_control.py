"""How much one sender may say: by the pace and the sameness of messages, in a memory that has an end."""

from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.intake.flood_control import FloodControl, FloodLimits, Verdict
from handlers.model.messages import Inbound, MessageKind
from tests.doubles import NOW

PASS, TOO_FAST, REPEATING, SILENT = Verdict.PASS, Verdict.TOO_FAST, Verdict.REPEATING, Verdict.SILENT
SECOND = timedelta(seconds=1)
HELLO = Inbound(channel="test", conversation="anna", sender="anna", message_id="m", sent_at=NOW, text="hello")


class MessageSource:
    """Somebody who writes, and a clock."""

    def __init__(self, guard: FloodControl | None = None, name: str = "anna") -> None:
        self.flood_control, self.name, self.now, self.numbers = guard or FloodControl(), name, NOW, count(1)

    def check_message(
        self, text: str | None = None, *, after: float = 0, kind: MessageKind = MessageKind.TEXT
    ) -> Verdict:
        """The verdict; without a text it is a new one each time."""
        self.now += after * SECOND
        number = next(self.numbers)
        return self.flood_control.check(
            self.inbound(f"text {number}" if text is None else text, number, kind), self.now
        )

    def inbound(self, text: str, number: int = 0, kind: MessageKind = MessageKind.TEXT) -> Inbound:
        """A message of theirs."""
        return replace(HELLO, sender=self.name, message_id=f"m{number}", text=text, kind=kind, sent_at=self.now)

    def send_burst(self, messages: int = 20) -> None:
        """So many at once, all answered."""
        assert {self.check_message() for _ in range(messages)} == {PASS}


def test_twenty_at_once_pass_then_there_is_one_notice_and_silence() -> None:
    anna = MessageSource()
    anna.send_burst()
    assert [anna.check_message() for _ in range(5)] == [TOO_FAST, SILENT, SILENT, SILENT, SILENT]


def test_a_steady_pace_of_twenty_a_minute_always_passes() -> None:
    anna = MessageSource()
    assert {anna.check_message(after=3) for _ in range(500)} == {PASS}


def test_a_flood_that_goes_on_stays_silenced_without_another_notice() -> None:
    anna = MessageSource()
    anna.send_burst()
    assert anna.check_message() is TOO_FAST
    assert {anna.check_message(after=2) for _ in range(500)} == {SILENT}


def test_half_a_minute_of_rest_calms_it() -> None:
    anna = MessageSource()
    anna.send_burst()
    assert anna.check_message() is TOO_FAST
    assert anna.check_message(after=29) is SILENT
    assert anna.check_message(after=30) is PASS


def test_who_goes_on_more_slowly_is_heard_again_too() -> None:
    anna = MessageSource()
    anna.send_burst()
    assert anna.check_message() is TOO_FAST
    heard = [anna.check_message(after=10) for _ in range(8)]
    assert heard[0] is SILENT
    assert heard[-1] is PASS


def test_the_next_flood_gets_a_notice_of_its_own() -> None:
    anna = MessageSource()
    for _ in range(2):
        anna.send_burst()
        assert [anna.check_message(), anna.check_message()] == [TOO_FAST, SILENT]
        anna.now += timedelta(minutes=2)


def test_what_a_platform_kept_during_an_outage_is_no_flood() -> None:
    guard = FloodControl()
    kept = [replace(HELLO, message_id=f"m{n}", text=f"{n}", sent_at=NOW - n * timedelta(minutes=1)) for n in range(60)]
    assert {guard.check(inbound, NOW) for inbound in reversed(kept)} == {PASS}


def test_a_platform_whose_clock_is_ahead_or_jumps_gains_nothing() -> None:
    guard = FloodControl()
    ahead = [replace(HELLO, message_id=f"m{n}", text=f"{n}", sent_at=NOW + n * timedelta(hours=1)) for n in range(21)]
    assert guard.check(ahead[0], NOW) is PASS
    assert [guard.check(inbound, NOW - timedelta(days=1)) for inbound in ahead[1:]][-1] is TOO_FAST


def test_senders_do_not_pay_for_each_other() -> None:
    guard = FloodControl()
    anna, boris = MessageSource(guard), MessageSource(guard, "boris")
    anna.send_burst()
    assert anna.check_message() is TOO_FAST
    assert boris.check_message() is PASS


def test_the_fifth_time_the_same_in_a_minute_gets_a_notice_and_then_silence() -> None:
    anna = MessageSource()
    assert [anna.check_message("Kase?", after=5) for _ in range(7)] == [PASS] * 4 + [REPEATING, SILENT, SILENT]


def test_another_text_ends_it() -> None:
    anna = MessageSource()
    for _ in range(6):
        anna.check_message("kase?")
    assert anna.check_message("printeris?") is PASS
    assert [anna.check_message("kase?") for _ in range(5)] == [PASS] * 4 + [REPEATING]


def test_time_ends_it_too() -> None:
    anna = MessageSource()
    for _ in range(6):
        anna.check_message("kase?")
    assert anna.check_message("kase?", after=61) is PASS
    assert [anna.check_message("kase?") for _ in range(4)] == [PASS] * 3 + [REPEATING]


def test_the_same_now_and_then_is_no_loop() -> None:
    anna = MessageSource()
    assert {anna.check_message("kase?", after=20) for _ in range(50)} == {PASS}


def test_case_and_spaces_make_no_other_text() -> None:
    anna = MessageSource()
    assert [anna.check_message(text) for text in ("Kase?", " kase? ", "KASE?", "kase?", "kase?\n")][-1] is REPEATING


def test_pictures_without_words_and_taps_do_not_repeat_themselves() -> None:
    anna = MessageSource()
    assert {anna.check_message("", kind=MessageKind.PHOTO) for _ in range(8)} == {PASS}
    assert {anna.check_message("Atgriezt", kind=MessageKind.TAP) for _ in range(8)} == {PASS}
    assert {anna.check_message("") for _ in range(4)} == {PASS}


def test_a_message_that_is_delivered_again_is_not_another_one() -> None:
    anna = MessageSource()
    assert {anna.flood_control.check(anna.inbound("kase?", 1), NOW) for _ in range(50)} == {PASS}
    assert [anna.check_message("kase?") for _ in range(3)] == [PASS] * 3


def test_delivered_again_it_gets_the_verdict_it_had() -> None:
    anna = MessageSource()
    anna.send_burst()
    over = [anna.inbound("a", 100), anna.inbound("b", 101)]
    assert [[anna.flood_control.check(inbound, NOW) for inbound in over] for _ in range(3)] == [[TOO_FAST, SILENT]] * 3


def test_two_chats_of_a_sender_may_number_their_messages_alike() -> None:
    anna = MessageSource()
    anna.send_burst(3)
    elsewhere = [replace(anna.inbound("same", number), conversation="group") for number in range(1, 6)]
    assert [anna.flood_control.check(inbound, NOW) for inbound in elsewhere][-1] is REPEATING


def test_what_passes_nevertheless_leaves_the_notice_to_the_next() -> None:
    anna = MessageSource()
    anna.send_burst()
    stopped = anna.inbound("kase stāv", 100)
    assert anna.flood_control.check(stopped, NOW) is TOO_FAST
    anna.flood_control.exempt(stopped)
    assert anna.flood_control.check(stopped, NOW) is PASS
    assert [anna.check_message(), anna.check_message()] == [TOO_FAST, SILENT]


def test_so_it_is_with_what_repeats_itself_and_with_silence() -> None:
    anna = MessageSource()
    for number in range(4):
        anna.flood_control.check(anna.inbound("same", number), NOW)
    for number, verdict in ((4, REPEATING), (5, REPEATING)):
        assert anna.flood_control.check(anna.inbound("same", number), NOW) is verdict
        anna.flood_control.exempt(anna.inbound("same", number))
    assert anna.flood_control.check(anna.inbound("same", 6), NOW) is REPEATING
    assert anna.flood_control.check(anna.inbound("same", 7), NOW) is SILENT
    anna.flood_control.exempt(anna.inbound("same", 7))
    assert anna.flood_control.check(anna.inbound("same", 8), NOW) is SILENT


def test_to_spare_a_stranger_does_nothing() -> None:
    guard = FloodControl()
    guard.exempt(HELLO)
    assert guard.tracked_senders == 0


def test_the_memory_has_an_end_and_forgets_the_longest_silent_first() -> None:
    guard = FloodControl(FloodLimits(remembered_senders=3, max_burst=1, remembered_verdicts=2))
    for name in ("anna", "boris", "cilda", "anna", "dace"):
        MessageSource(guard, name).check_message()
    assert guard.tracked_senders == 3
    anna, boris = (MessageSource(guard, name) for name in ("anna", "boris"))
    assert anna.flood_control.check(anna.inbound("new", 9), NOW) is TOO_FAST
    assert boris.flood_control.check(boris.inbound("new", 9), NOW) is PASS


def test_of_one_sender_only_the_last_messages_are_known() -> None:
    guard = FloodControl(FloodLimits(remembered_verdicts=32))
    anna = MessageSource(guard)
    for _ in range(1000):
        anna.check_message(after=3)
    assert all(len(sender.verdicts) == 32 for sender in guard._senders.values())


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.floats(0, 90)), max_size=120))
def test_never_two_notices_of_a_kind_without_an_answer_between_them(said: list[tuple[str | None, float]]) -> None:
    anna = MessageSource()
    verdicts = [anna.check_message(text, after=after) for text, after in said]
    fast = [verdict for verdict in verdicts if verdict is not SILENT]
    assert all((one, two) != (TOO_FAST, TOO_FAST) for one, two in pairwise(fast))
    assert not verdicts or verdicts[0] is PASS


def test_a_clock_that_was_ahead_once_silences_nobody() -> None:
    anna = MessageSource()
    anna.check_message(after=24 * 3600)
    anna.now -= timedelta(days=1)
    assert {anna.check_message(after=20) for _ in range(59)} == {PASS}


def test_a_clock_set_back_an_hour_in_the_middle_silences_nobody_for_that_hour() -> None:
    anna = MessageSource()
    anna.send_burst(5)
    anna.now -= timedelta(hours=1)
    assert {anna.check_message(after=20) for _ in range(60)} == {PASS}


def test_the_same_words_before_and_after_a_clock_was_set_back_are_no_repetition() -> None:
    anna = MessageSource()
    for _ in range(3):
        anna.check_message("same", after=20)
    anna.now -= timedelta(hours=1)
    assert [anna.check_message("same") for _ in range(4)] == [PASS] * 4
    assert anna.check_message("same") is REPEATING


def test_all_senders_of_one_address_have_a_limit_together() -> None:
    time = [0.0]
    guard = FloodControl(elapsed=lambda: time[0])
    flood = [replace(HELLO, sender=f"cookie {number}", origin="here") for number in range(62)]
    assert [guard.check(inbound, NOW) for inbound in flood] == [PASS] * 60 + [TOO_FAST] * 2
    again = replace(flood[-1], message_id="another")
    assert guard.check(again, NOW) is SILENT
    assert guard.check(replace(flood[0], sender="new", origin="elsewhere"), NOW) is PASS
    assert guard.check(replace(flood[0], sender="phone", origin=None), NOW) is PASS
    time[0] += 60
    assert guard.check(replace(flood[0], sender="later"), NOW) is PASS


def test_urgent_messages_are_limited_too_only_later() -> None:
    time = [0.0]
    guard = FloodControl(elapsed=lambda: time[0])
    anna = MessageSource(guard)
    anna.send_burst()

    def passes(number: int, origin: str | None = None) -> bool:
        stopped = replace(anna.inbound("kase stāv", number), origin=origin)
        return guard.check(stopped, NOW) is PASS or guard.exempt(stopped)

    assert [passes(number) for number in range(100, 132)] == [True] * 30 + [False] * 2
    time[0] += 10
    assert [passes(number) for number in (140, 141)] == [True, False]
    assert passes(150, origin="elsewhere"), "its own"
