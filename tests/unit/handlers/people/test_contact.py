"""People: which number, nobody answers, a person is wanted, when will somebody come."""

from dataclasses import replace

import pytest

from handlers.model.actions import HandoffReason, NotifyStaff, ShowLine, ShowTicketChannel
from kb.model import CueId, DialogueAct, EntryId, LineId, TicketAddress, TicketChannel
from kb.understanding.result import ActCandidate, Interpretation
from tests.doubles import Dialog, company, means, notices, vaguely

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
MEANINGS = {name: means(name, language="en") for name in ("hours", "printer", "dead", "ticket", "desk")}
ACTS = {
    "number?": DialogueAct.ASK_NUMBER,
    "nobody answers": DialogueAct.CANNOT_REACH,
    "still nobody": DialogueAct.CANNOT_REACH,
    "a human, please": DialogueAct.ASK_PERSON,
    "when?": DialogueAct.CHASING,
    "so?": DialogueAct.INSIST,
    "and now": DialogueAct.ELABORATE,
    "and now what do we do": DialogueAct.ELABORATE,
    "it sells": DialogueAct.PARTLY,
    "how long?": DialogueAct.ASK_TIME_FOLLOW,
}


def talk(*said: str) -> Dialog:
    """A talk in English in which so much was said already."""
    one = Dialog(MEANINGS, acts=ACTS, base=company(contacts_entry=EntryId("desk"))).speaks("en")
    for text in said:
        one.says(text)
    return one


def test_which_number_out_of_the_blue_shows_all_lines_and_calls_nobody() -> None:
    one = talk()
    text = one.says("number?").text
    assert text.index(WORKSHOP) < text.index(DESK)
    assert (one.decided.trace.act, one.decided.trace.entry, one.decided.trace.line) == ("answer", "desk", None)
    assert notices(one) == []


def test_which_number_after_a_topic_gives_the_one_of_that_topic_alone() -> None:
    one = talk("hours")
    assert one.says("number?").text == f"Call {DESK} (Advice desk)."
    assert (one.decided.trace.entry, one.decided.trace.line) == ("desk", "desk")


@pytest.mark.parametrize(("confidence", "number"), [(0.6, WORKSHOP), (0.4, DESK)])
def test_a_topic_named_beside_the_question_counts_before_the_one_talked_about(confidence: float, number: str) -> None:
    one = talk("hours")
    one.interpreter.meanings = {**MEANINGS, "number?": vaguely("printer", confidence)}
    assert one.says("number?").text.startswith(f"Call {number}")


@pytest.mark.parametrize(("confidence", "number"), [(0.8, WORKSHOP), (0.6, DESK)])
def test_a_line_that_is_named_in_passing_leaves_it_that_of_the_topic(confidence: float, number: str) -> None:
    base = company()
    workshop = base.directory.lines[LineId("workshop")]
    lines = {**base.directory.lines, LineId("workshop"): replace(workshop, entry=EntryId("printer"))}
    one = Dialog(MEANINGS, acts=ACTS, base=replace(base, directory=replace(base.directory, lines=lines))).speaks("en")
    one.says("hours")
    one.interpreter.meanings = {**MEANINGS, "number?": vaguely("printer", confidence)}
    assert one.says("number?").text.startswith(f"Call {number}")


def test_the_number_for_tickets_is_that_for_faults() -> None:
    assert talk("hours", "ticket").says("number?").text.startswith(f"Call {WORKSHOP}")


def test_while_trading_is_stopped_the_number_is_the_urgent_one_whatever_was_said_since() -> None:
    one = talk("dead", "hours")
    assert one.says("number?").text.startswith(f"Call {WORKSHOP}")


def test_while_trading_is_stopped_another_topic_that_is_named_still_gets_its_own_number() -> None:
    one = talk("dead")
    one.interpreter.meanings = {**MEANINGS, "number?": vaguely("hours", 0.7)}
    assert one.says("number?").text.startswith(f"Call {DESK}")


def test_the_entry_of_all_numbers_names_no_topic_of_its_own() -> None:
    one = talk("printer")
    one.interpreter.meanings = {**MEANINGS, "number?": vaguely("desk", 0.9)}
    assert one.says("number?").text == f"Call {WORKSHOP} (Workshop)."


def test_who_rang_in_vain_is_not_given_that_number_again_but_another_and_the_email_with_its_draft() -> None:
    one = talk("hours")
    text = one.says("nobody answers").text
    assert DESK not in text
    assert WORKSHOP in text
    assert "tickets@paraugs.example" in text
    assert ShowTicketChannel() in one.decided.actions
    assert notices(one) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.CANNOT_GET_THROUGH)]


def test_who_rang_in_vain_nobody_knows_where_is_given_every_number() -> None:
    one = talk()
    text = one.says("nobody answers").text
    assert DESK in text
    assert WORKSHOP in text
    assert notices(one) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.CANNOT_GET_THROUGH)]


def test_who_rings_the_urgent_line_in_vain_while_trading_is_stopped_gets_the_others() -> None:
    one = talk("dead", "hours")
    text = one.says("nobody answers").text
    assert WORKSHOP not in text
    assert DESK in text
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.CANNOT_GET_THROUGH)]


def test_a_human_is_all_numbers_and_one_notice() -> None:
    one = talk("hours")
    text = one.says("a human, please").text
    assert text.index(DESK) < text.index(WORKSHOP), "that of the talk first"
    assert notices(one) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.ASKED_FOR_PERSON)]
    assert (one.decided.trace.handler, one.decided.trace.act) == ("ask_person", "handoff")


def test_where_no_entry_tells_of_people_the_wish_for_one_is_not_understood() -> None:
    base = company()
    entries = {name: entry for name, entry in base.entries.items() if name != "person"}
    one = Dialog(acts=ACTS, base=replace(base, entries=entries))
    one.says("a human, please")
    assert one.decided.trace.handler == "fallback"


def test_who_waits_is_given_the_line_that_knows_and_it_hears_of_them() -> None:
    one = talk("a human, please", "hours")
    assert f"Ask at {DESK} (Advice desk)." in one.says("when?").text
    assert notices(one) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.STILL_WAITING)]


def test_where_a_how_to_is_talked_about_nobody_is_waited_for() -> None:
    one = talk("hours")
    one.says("when?")
    assert one.decided.trace.handler != "chasing"
    assert not notices(one)


def test_who_waits_for_nobody_knows_what_is_given_the_urgent_line() -> None:
    one = talk()
    assert f"Ask at {WORKSHOP} (Workshop)." in one.says("when?").text
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.STILL_WAITING)]


def test_while_trading_is_stopped_the_question_how_long_is_to_wait_for_somebody() -> None:
    one = talk("dead", "hours")
    assert f"Ask at {WORKSHOP} (Workshop)." in one.says("how long?").text
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.STILL_WAITING)]


def test_to_press_for_an_answer_is_to_wait_for_somebody_where_it_was_asked_when() -> None:
    named = company(dialogue_entries={DialogueAct.CHASING: EntryId("person")})
    one = Dialog(MEANINGS, acts=ACTS, base=named).speaks("en")
    one.says("dead")
    one.says("so?")
    assert notices(one) == []
    one.says("when?")
    one.says("so?")
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.STILL_WAITING)]


def test_who_waits_is_not_sent_back_to_the_number_that_nobody_answers() -> None:
    one = talk("dead", "nobody answers")
    text = one.says("when?").text
    assert text.startswith("Sorry it is taking so long.")
    assert DESK in text
    assert WORKSHOP not in text
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.STILL_WAITING)]


def test_how_long_it_takes_in_general_is_no_chasing_where_nobody_was_called() -> None:
    times = company(follow_ups={DialogueAct.ASK_TIME_FOLLOW: EntryId("hours")})
    for before, handler in ((), "topic"), (("dead",), "chasing"):
        one = Dialog(MEANINGS, acts={"hours": DialogueAct.CHASING}, base=times).speaks("en")
        for text in before:
            one.says(text)
        one.says("hours")
        assert one.decided.trace.handler == handler


@pytest.mark.parametrize("text", ["2nd number?", "cits numurs ir?", "другой телефон"])
def test_another_number_is_asked_for_in_other_words_too(text: str) -> None:
    one = talk("dead", "nobody answers")
    said = one.says(text).text
    assert DESK in said
    assert WORKSHOP not in said
    one = talk("dead")
    one.says(text)
    assert one.decided.trace.handler != "ask_number"


def test_what_if_nobody_answers_calls_nobody() -> None:
    one = talk("printer")
    one.interpreter.meanings = {**MEANINGS, "and if not": means(language="en", signals=(CueId.HYPOTHETICAL,))}
    one.interpreter.acts = {"and if not": DialogueAct.CANNOT_REACH}
    assert DESK in one.says("and if not").text
    assert notices(one) == []


def test_while_trading_is_stopped_the_known_question_for_the_time_is_to_wait_for_somebody_too() -> None:
    times = {DialogueAct.ASK_TIME_FOLLOW: EntryId("hours")}
    one = Dialog(MEANINGS, base=company(follow_ups=times)).speaks("en")
    one.says("hours")
    assert one.decided.trace.entry == "hours"
    one.says("dead")
    assert f"Ask at {WORKSHOP} (Workshop)." in one.says("hours").text
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.STILL_WAITING)]


@pytest.mark.parametrize("text", ["so?", "how long?"])
def test_else_it_is_a_question_about_the_topic_and_nobody_is_called(text: str) -> None:
    one = talk("hours")
    one.says(text)
    assert one.decided.trace.handler == "follow_up"
    assert notices(one) == []


def test_the_directory_names_who_answers_where_several_entries_hand_off() -> None:
    named = company(contacts_entry=EntryId("desk"), dialogue_entries={DialogueAct.ASK_PERSON: EntryId("person")})
    entries = {
        EntryId("a-complaint"): replace(named.entries[EntryId("person")], id=EntryId("a-complaint")),
        **named.entries,
    }
    one = Dialog(MEANINGS, acts=ACTS, base=replace(named, entries=entries)).speaks("en")
    one.says("a human, please")
    assert one.decided.trace.entry == "person"


def test_an_entry_of_who_waits_or_rings_in_vain_is_answered_by_the_conversation() -> None:
    entries = {DialogueAct.CANNOT_REACH: EntryId("printer"), DialogueAct.CHASING: EntryId("desk")}
    one = Dialog(MEANINGS, acts=ACTS, base=company(dialogue_entries=entries)).speaks("en")
    one.says("dead")
    assert WORKSHOP not in one.says("printer").text.split("\n")[0]
    assert (one.decided.trace.handler, one.decided.trace.entry) == ("cannot_reach", "printer")
    one.says("desk")
    assert (one.decided.trace.handler, one.decided.trace.entry) == ("chasing", "desk")


def rung_in_vain(one: Dialog, text: str, meaning: Interpretation | None = None) -> str | None:
    """The line that is told that nobody answers there, once this was said; the others are given."""
    one.interpreter.acts = {**ACTS, text: DialogueAct.CANNOT_REACH}
    one.interpreter.meanings = {**MEANINGS, text: meaning or means(language="en")}
    numbers = one.says(text).text
    (notice,) = notices(one)
    assert notice.reason is HandoffReason.CANNOT_GET_THROUGH
    assert (DESK in numbers, WORKSHOP in numbers) == (notice.line == "workshop", notice.line == "desk")
    assert one.decided.trace.line == notice.line
    return notice.line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("20000001 is silent", "desk"),
        ("+371 2000 00 01 is silent", "desk"),
        ("371-20000001, since 8", "desk"),
        ("20000002 is silent", "workshop"),
        ("2000001 is silent", "workshop"),
        ("silent since 8", "workshop"),
    ],
)
def test_the_line_that_was_rung_in_vain_is_the_one_whose_number_is_told(text: str, line: str) -> None:
    assert rung_in_vain(talk("printer"), text) == line


@pytest.mark.parametrize(
    ("meaning", "line"),
    [
        (vaguely("desk", 0.3), "desk"),
        (vaguely("desk", 0.29), "workshop"),
        (vaguely("hours", 0.4, "desk"), "desk"),
        (vaguely("hours", 0.4), "workshop"),
    ],
)
def test_or_the_one_that_is_named_in_words(meaning: Interpretation, line: str) -> None:
    assert rung_in_vain(talk("printer"), "the advisers are silent", meaning) == line


def test_a_number_counts_before_words_and_both_before_stopped_trading() -> None:
    assert rung_in_vain(talk("hours"), "20000002, not the advisers", vaguely("desk", 0.9)) == "workshop"
    assert rung_in_vain(talk("dead"), "20000001 is silent") == "desk"
    assert rung_in_vain(talk("dead"), "the advisers are silent", vaguely("desk", 0.4)) == "desk"


def test_who_rings_the_same_line_again_is_not_told_all_of_it_again() -> None:
    one = talk("hours")
    whole = one.says("nobody answers").text
    again = one.says("still nobody").text
    assert again.startswith("I told the service team again that nobody answers.")
    assert len(again) < len(whole)
    assert "tickets@paraugs.example" in again
    assert (DESK in again, WORKSHOP in again) == (False, True)
    assert ShowTicketChannel() not in one.decided.actions
    assert notices(one) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.CANNOT_GET_THROUGH)]
    assert (one.decided.trace.handler, one.decided.trace.act, one.decided.trace.line) == (
        "cannot_reach",
        "handoff",
        "desk",
    )
    assert one.says("nobody answers").text == again


def test_the_entry_of_who_rings_in_vain_counts_the_second_time_too() -> None:
    entries = {DialogueAct.CANNOT_REACH: EntryId("printer")}
    one = Dialog(MEANINGS, acts=ACTS, base=company(dialogue_entries=entries)).speaks("en")
    for text in ("hours", "nobody answers", "still nobody"):
        one.says(text)
    assert one.decided.trace.entry == "printer"


@pytest.mark.parametrize("before", [("nobody answers",), ("hours", "nobody answers", "hours")])
def test_a_line_that_is_not_known_or_was_not_told_of_just_now_is_told_of_in_full(before: tuple[str, ...]) -> None:
    one = talk(*before, "still nobody")
    assert ShowTicketChannel() in one.decided.actions


def test_another_line_after_the_first_is_told_of_in_full() -> None:
    one = talk("hours", "nobody answers")
    assert rung_in_vain(one, "20000002 is silent too") == "workshop"
    assert ShowTicketChannel() in one.decided.actions


def test_a_company_that_takes_no_tickets_names_the_other_lines_each_time() -> None:
    nowhere = TicketChannel(name="", address=TicketAddress(email=""))
    one = Dialog(MEANINGS, acts=ACTS, base=company(ticket_channel=nowhere)).speaks("en")
    one.says("hours")
    first, second = one.says("nobody answers").text, one.says("still nobody").text
    assert first.startswith(second), "the first time it is asked who they are as well"
    assert WORKSHOP in second


def test_after_nobody_answered_the_number_that_is_asked_for_is_another() -> None:
    one = talk("hours", "nobody answers")
    text = one.says("number?").text
    assert (DESK in text, WORKSHOP in text) == (False, True)
    assert (one.decided.trace.handler, one.decided.trace.act) == ("ask_number", "answer")
    assert (one.decided.trace.entry, one.decided.trace.line) == ("desk", None)
    assert notices(one) == []
    assert one.says("number?").text.startswith(f"Call {DESK}"), "only right after it"


def test_where_no_line_was_rung_that_is_known_every_number_is_given() -> None:
    text = talk("nobody answers").says("number?").text
    assert (DESK in text, WORKSHOP in text) == (True, True)


@pytest.mark.parametrize(
    ("meaning", "named"),
    [
        (vaguely("printer", 0.5), True),
        (vaguely("close", 0.9), True),
        (vaguely("printer", 0.49), False),
        (vaguely("desk", 0.9), False),
        (vaguely("dead", 0.9), False),
        (vaguely("bye", 0.9), False),
        (means(), False),
    ],
)
def test_after_nobody_answered_a_topic_that_is_named_still_gets_its_own_number(
    meaning: Interpretation, named: bool
) -> None:
    one = talk("hours", "nobody answers")
    one.interpreter.meanings = {**MEANINGS, "number?": meaning}
    assert one.says("number?").text.startswith("Call ") is named


def test_who_waits_for_a_ticket_that_was_never_sent_is_told_so_first() -> None:
    one = talk("ticket")
    text = one.says("when?").text
    assert text.startswith("There is no ticket yet. It is made once you send the e-mail or call:")
    assert f"{WORKSHOP} (Workshop)\n\nI have let them know that you are waiting." in text
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.STILL_WAITING)]
    assert one.decided.trace.handler == "chasing"


def test_who_waits_while_trading_is_stopped_gets_the_urgent_line_whoever_was_called_in_since() -> None:
    one = talk("dead")
    called_in = one.session.called_in
    assert called_in is not None
    one.session = replace(one.session, called_in=replace(called_in, line=LineId("desk")))
    assert f"Ask at {WORKSHOP} (Workshop)." in one.says("when?").text


def test_what_now_right_after_nobody_answered_gets_the_other_ways_and_not_that_number() -> None:
    one = talk("dead", "nobody answers")
    text = one.says("and now").text
    assert WORKSHOP not in text
    assert DESK in text
    assert one.decided.trace.handler == "reached_nobody"
    one.says("and now")
    assert one.decided.trace.handler != "reached_nobody", "it was just said"


@pytest.mark.parametrize("said", ["and now it rains so much", "it sells", "hours", "/help"])
def test_more_than_that_is_answered_as_ever(said: str) -> None:
    one = talk("dead", "nobody answers")
    one.says(said)
    assert one.decided.trace.handler != "reached_nobody"


def test_what_now_is_no_call_in_vain_where_nobody_was_rung() -> None:
    one = talk("dead")
    one.says("and now")
    assert one.decided.trace.handler != "reached_nobody"


def test_lines_that_were_rung_in_vain_are_not_named_again_while_another_is_left() -> None:
    base = company()
    third = replace(base.directory.lines[LineId("desk")], id=LineId("office"))
    directory = replace(base.directory, lines={**base.directory.lines, LineId("office"): third})
    one = Dialog(MEANINGS, acts=ACTS, base=replace(base, directory=directory)).speaks("en")
    for text in ("printer", "nobody answers"):
        one.says(text)
    one.interpreter.acts = {"nobody at 20000001 either": DialogueAct.CANNOT_REACH}
    one.says("nobody at 20000001 either")
    shown = [action for action in one.decided.actions if isinstance(action, ShowLine)]
    assert shown == [ShowLine(line=LineId("office"))]


@pytest.mark.parametrize("before", [("a human, please", "ticket"), ("printer",)])
def test_who_waits_for_people_that_were_called_in_or_asked_for_no_ticket_is_told_of_none(
    before: tuple[str, ...],
) -> None:
    one = talk(*before)
    text = one.says("when?").text
    assert text.startswith("I don't know when it will be.")
    called_in = one.session.called_in
    assert called_in is not None
    assert one.decided.trace.line == called_in.line, "who was told first is asked"
    assert one.decided.trace.handler == "chasing"


@pytest.mark.parametrize(
    ("said", "asked_for_later"),
    [("and if nobody answers", True), ("un ja neviens neatbild", True), ("ja, neviens neatbild", False)],
)
def test_who_asks_what_to_do_if_nobody_answers_has_rung_nobody_yet(said: str, asked_for_later: bool) -> None:
    one = Dialog({"printer": means("printer", language="en")}, acts={said: DialogueAct.CANNOT_REACH}).speaks("en")
    one.says("printer")
    one.says(said)
    assert one.decided.trace.handler == "cannot_reach"
    assert bool(notices(one)) is not asked_for_later


def test_the_list_of_numbers_is_no_topic_that_another_number_is_asked_for() -> None:
    said = "who else do I call"
    acts = {"busy": DialogueAct.CANNOT_REACH, said: DialogueAct.ASK_NUMBER}
    meanings = {"printer": means("printer", language="en"), said: means("hours", language="en")}
    one = Dialog(meanings, acts=acts, base=company(contacts_entry=EntryId("hours"))).speaks("en")
    one.says("printer")
    one.says("busy")
    reply = one.says(said)
    assert one.decided.trace.entry == "hours"
    assert "+371 20000001" in reply.text
    assert "+371 20000002" not in reply.text


@pytest.mark.parametrize(
    "said",
    ["another number please", "vai ir cits numurs", "а другой номер есть", "est drugoj nomer", "who else do I call"],
)
def test_who_asks_for_another_number_after_ringing_in_vain_gets_it_and_nobody_is_told_again(said: str) -> None:
    acts = {"busy": DialogueAct.CANNOT_REACH, said: DialogueAct.CANNOT_REACH}
    one = Dialog({"printer": means("printer", language="en")}, acts=acts).speaks("en")
    one.says("printer")
    one.says("busy")
    reply = one.says(said)
    assert "+371 20000001" in reply.text
    assert "+371 20000002" not in reply.text
    assert notices(one) == []


@pytest.mark.parametrize("act", [DialogueAct.CANNOT_REACH, DialogueAct.ASK_NUMBER])
def test_another_number_some_turns_later_is_still_not_the_one_that_was_rung_in_vain(act: DialogueAct) -> None:
    acts = {"busy": DialogueAct.CANNOT_REACH, "another number": act}
    one = Dialog({text: means("printer", language="en") for text in ("printer", "no paper")}, acts=acts).speaks("en")
    for said in ("printer", "busy", "no paper"):
        one.says(said)
    reply = one.says("another number")
    assert "+371 20000001" in reply.text
    assert "+371 20000002" not in reply.text


@pytest.mark.parametrize(("said", "of_calls"), [("just beeping", False), ("silent", False), ("line is busy", True)])
def test_few_words_without_a_call_may_be_of_the_device(said: str, of_calls: bool) -> None:
    for confidence, before, reached in (
        (0.6, "printer", not of_calls),
        (0.95, "printer", False),
        (0.6, "hours", False),
    ):
        one = talk(before)
        one.interpreter.acts = {said: (ActCandidate(DialogueAct.CANNOT_REACH, confidence),)}
        one.says(said)
        assert (one.decided.trace.handler != "cannot_reach") is reached
    one = talk("printer", "nobody answers")
    one.interpreter.acts = {said: (ActCandidate(DialogueAct.CANNOT_REACH, 0.6),)}
    one.says(said)
    assert one.decided.trace.handler == "cannot_reach"


@pytest.mark.parametrize("said", ["wait", "please wait", "pagaidi", "подождите"])
def test_who_asks_for_a_moment_waits_for_nobody(said: str) -> None:
    one = talk("dead")
    one.interpreter.acts = {said: DialogueAct.CHASING}
    one.says(said)
    assert notices(one) == []


def test_a_number_that_is_given_or_a_fault_asks_for_no_other_number() -> None:
    one = talk("dead", "nobody answers")
    one.interpreter.acts = {"the second phone is broken too": DialogueAct.DEVICE_FAULT}
    for said in ("my other number is 29111222", "the second phone is broken too"):
        one.says(said)
        assert one.decided.trace.handler != "ask_number"


@pytest.mark.parametrize("said", ["so what do I do", "any other way?", "ko lai es daru", "что делать", "kto esche"])
def test_who_asks_what_else_after_nobody_answered_gets_the_other_ways_and_calls_nobody_again(said: str) -> None:
    one = talk("dead", "nobody answers", "thanks")
    reply = one.says(said).text
    assert DESK in reply
    assert WORKSHOP not in reply
    assert "tickets@" in reply or ShowTicketChannel() in one.decided.actions
    assert notices(one) == []
    assert one.decided.trace.handler == "reached_nobody"


@pytest.mark.parametrize(
    "said", ["tried that one too", "nobody on any of the three", "to arī mēģināju", "туда тоже звонила"]
)
def test_other_numbers_that_were_rung_in_vain_are_told_of(said: str) -> None:
    one = talk("dead", "nobody answers", "thanks")
    one.says(said)
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.CANNOT_GET_THROUGH)]


def test_what_else_is_asked_for_only_after_nobody_answered_and_by_nothing_else() -> None:
    one = talk("dead")
    one.says("so what do I do")
    assert one.decided.trace.handler != "reached_nobody"
    one = talk("dead", "nobody answers")
    one.interpreter.meanings = {**MEANINGS, "so what do I do": means("hours", language="en")}
    one.says("so what do I do")
    assert one.decided.trace.entry == "hours"
    one = talk("dead", "nobody answers")
    one.says("ring me at 29111222 or what do I do")
    assert one.decided.trace.handler != "reached_nobody"


def test_a_number_that_was_only_thought_of_is_not_taken_for_one_that_nobody_answers() -> None:
    one = talk("printer")
    one.interpreter.meanings = {**MEANINGS, "and if not": means(language="en", signals=(CueId.HYPOTHETICAL,))}
    one.interpreter.acts = {**ACTS, "and if not": DialogueAct.CANNOT_REACH}
    one.says("and if not")
    assert f"Ask at {WORKSHOP} (Workshop)." in one.says("when?").text


def test_anger_after_nobody_answered_is_met_with_the_other_numbers() -> None:
    one = talk("dead", "nobody answers")
    one.interpreter.acts = {**ACTS, "what a joke": DialogueAct.ANGER}
    text = one.says("what a joke").text
    assert DESK in text
    assert WORKSHOP not in text


def test_the_draft_is_not_shown_twice_in_a_row() -> None:
    one = talk("dead", "nobody answers")
    one.says("what do we do")
    assert ShowTicketChannel() not in one.decided.actions
