"""Commands, languages, and what is remembered of them."""

from dataclasses import replace

import pytest

from handlers.model.actions import EraseUser, Say
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.router import decide
from kb.model import LANGUAGES, DialogueAct, EntryId, Language
from tests.doubles import NOW, Dialog, means


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "command", ["/start", "/help", "/language", "/settings", "/lines", "/privacy", "/forget", "/cancel", "/nonsense"]
)
def test_every_command_answers_in_every_language(command: str, language: Language) -> None:
    talk = Dialog().speaks(language)
    assert talk.says(command).text
    assert talk.decided.trace.language == language
    assert talk.decided.trace.handler == "command"


@pytest.mark.parametrize(
    ("language", "for_ever", "thirty"),
    [
        ("lv", "līdz Jūs to izdzēsīsiet", "Glabāju 30 d. pēc Jūsu pēdējās ziņas"),
        ("ru", "пока вы не удалите", "Храню 30 дн. после вашего последнего сообщения"),
        ("en", "until you delete it", "for 30 days after your last message"),
    ],
)
def test_privacy_says_how_long_a_conversation_is_kept(language: Language, for_ever: str, thirty: str) -> None:
    for days, words in ((None, for_ever), (30, thirty)):
        inbound = Inbound(
            channel="test",
            conversation="c",
            sender="s",
            message_id="m",
            sent_at=NOW,
            text="/privacy",
            language=language,
            kept_days=days,
        )
        (action,) = decide(inbound, Session(), Dialog().knowledge, NOW).actions
        assert isinstance(action, Say)
        assert words in action.text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("lv", "Attēlus un ierakstus var atvērt 7 d."),
        ("ru", "Фото и записи можно открыть 7 дн."),
        ("en", "Pictures and recordings can be opened for 7 days."),
    ],
)
def test_privacy_says_how_long_pictures_can_be_opened_where_that_is_shorter(language: Language, told: str) -> None:
    for kept, media, is_told in ((None, 7, True), (30, 7, True), (7, 7, False), (30, None, False)):
        inbound = Inbound(
            channel="test",
            conversation="c",
            sender="s",
            message_id="m",
            sent_at=NOW,
            text="/privacy",
            language=language,
            kept_days=kept,
            media_kept_days=media,
        )
        (action,) = decide(inbound, Session(), Dialog().knowledge, NOW).actions
        assert isinstance(action, Say)
        assert (told in action.text.splitlines()) is is_told


def test_a_command_may_carry_the_bots_name_and_arguments() -> None:
    assert Dialog().speaks("en").says("/HELP@paligs_bot please").text == Dialog().speaks("en").says("/help").text


@pytest.mark.parametrize("text", ["/", "/ 2", "//"])
def test_a_lone_slash_is_no_command(text: str) -> None:
    talk = Dialog()
    talk.says(text)
    assert talk.decided.trace.handler == "fallback"


def test_lines_shows_every_number_the_urgent_one_first() -> None:
    text = Dialog().speaks("en").says("/lines").text
    assert text.index("+371 20000002") < text.index("+371 20000001")


def test_a_command_does_not_change_the_language() -> None:
    talk = Dialog({"/start": means("hello", language="en")})
    talk.says("/start")
    assert talk.decided.trace.language == "lv"


def test_forget_erases_and_begins_anew() -> None:
    talk = Dialog({"dead": means("dead", language="en")})
    talk.says("dead")
    talk.says("/forget")
    assert EraseUser() in talk.decided.actions
    assert talk.session == Session(language="en")


def test_cancel_drops_the_question_and_the_topic() -> None:
    talk = Dialog({"hm": means("close", "hours", language="en")}, cues={"forget it": "cancel"})
    talk.says("hm")
    talk.says("forget it")
    assert talk.session.question is None
    assert talk.decided.trace.handler == "cancel"


def test_the_language_follows_the_message_but_not_a_short_word() -> None:
    talk = Dialog({"kase": means("dead", language="lv"), "ok": means(language="en")}, cues={"ok": "acknowledge"})
    talk.says("kase")
    talk.says("ok")
    assert talk.decided.trace.language == "lv"


def test_a_chosen_language_stays_chosen() -> None:
    talk = Dialog({"kase": means("dead", language="lv")})
    assert [option.id for option in talk.says("/language").options] == ["language:lv", "language:ru", "language:en"]
    assert talk.taps("language:en").text == "I'll write in English from now on."
    assert "Call now" in talk.says("kase").text


def test_asking_for_a_language_says_the_last_answer_again_in_it() -> None:
    talk = Dialog({"kase": means("dead", language="lv")}, cues={"по-русски": "language_ru"})
    talk.says("kase")
    assert "Звоните сейчас" in talk.says("по-русски").text


def test_who_does_not_understand_and_names_a_language_is_spoken_to_in_it() -> None:
    said = "he only speaks russian"
    for signals, reply in (({"language_ru"}, "Звоните сейчас"), ({"language_ru", "language_en"}, "Pasakiet")):
        meaning = replace(means(language="lv"), signals=frozenset(signals))
        talk = Dialog({"kase": means("dead", language="lv"), said: meaning}, acts={said: DialogueAct.CONFUSION})
        talk.says("kase")
        assert reply in talk.says(said).text or talk.decided.trace.handler == "confusion"
        assert (talk.session.language == "ru") is (len(signals) == 1)


def test_a_topic_that_is_gone_from_the_knowledge_is_not_missed() -> None:
    talk = Dialog(cues={"in english": "language_en", "again": "again"}, session=Session(entry=EntryId("gone")))
    assert talk.says("in english").text == "I'll write in English from now on."
    assert "nothing to repeat" in talk.says("again").text


def test_a_new_person_is_spoken_to_in_the_language_of_their_device() -> None:
    talk = Dialog()
    inbound = Inbound(
        channel="t", conversation="c", sender="s", message_id="1", sent_at=NOW, text="/start", language="ru"
    )
    assert decide(inbound, Session(), talk.knowledge, NOW).trace.language == "ru"
    assert Dialog().says("?").text.startswith("Nesapratu")


def test_nothing_after_the_advice_for_a_fault_is_no_wish_to_cancel() -> None:
    for before, handler in (("printer", "still_not"), ("hours", "cancel")):
        talk = Dialog(
            {name: means(name, language="en") for name in ("printer", "hours")},
            cues={"nothing": "cancel"},
            acts={"nothing": DialogueAct.NOT_HELPED},
        ).speaks("en")
        talk.says(before)
        talk.says("nothing")
        assert talk.decided.trace.handler == handler
