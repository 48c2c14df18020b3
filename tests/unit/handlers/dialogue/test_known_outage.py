"""A known outage: told first to whoever writes about it or has stopped, whole once, and the number stays in front."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from handlers.model.actions import HandoffReason
from handlers.model.announcements import News, Outage, OutageReport
from handlers.model.messages import Inbound, MessageKind
from handlers.rendering import EmailDraft, RenderContext, render
from handlers.router import decide
from handlers.service.agent_chat import silenced
from kb.model import DialogueAct, EntryId, Language
from tests.doubles import NOW, Dialog, company, means, notices

RIGA = timezone(timedelta(hours=2))
WORKSHOP = "+371 20000002"
OUTAGE = Outage(
    id=7,
    kind="server",
    text={
        "lv": "Serveris nav sasniedzams\nMēs strādājam.",
        "ru": "Сервер недоступен\nМы работаем.",
        "en": "The server is down\nWe are working on it.",
    },
    topics=frozenset({EntryId("scanner")}),
    words=("server answers", "cloud"),
    started_at=(NOW - timedelta(minutes=30)).astimezone(RIGA),
)
OTHER = replace(
    OUTAGE, id=6, text=dict.fromkeys(OUTAGE.text, "Cards fail"), topics=frozenset({EntryId("printer")}), words=()
)
MEANINGS = {name: means(name, language="en") for name in ("hours", "dead", "printer", "scanner", "person", "ticket")}
ACTS = {
    "when?": DialogueAct.CHASING,
    "it works again": DialogueAct.WORKS_AGAIN,
}


COMPANY = company(dialogue_entries={DialogueAct.OUTAGE: EntryId("dead")})


class Reporter(Dialog):
    """A talk with the bot while there is an outage; what was told stays told."""

    outages: tuple[Outage, ...] = (OUTAGE,)
    news: tuple[News, ...] = ()

    def asks(self, text: str, **inbound: object) -> str:
        """What the bot says."""
        message = Inbound(
            channel="test",
            conversation="c",
            sender="s",
            message_id="m",
            sent_at=self.now,
            text=text,
            outages=self.outages,
            news=self.news,
        )
        self.decision = decide(replace(message, **inbound), self.session, self.knowledge, self.now)  # type: ignore[arg-type]
        self.session, report = self.decision.session, self.decision.outage
        if report is not None and report.told:
            self.outages = tuple(replace(one, seen=one.seen or one.id == report.outage) for one in self.outages)
        voice = RenderContext(
            phrases=self.knowledge.phrases,
            directory=self.knowledge.base.directory,
            language=self.decision.trace.language,
        )
        reply = render(self.decision.actions, voice, EmailDraft())
        return reply.text if reply is not None else ""


def reporter(language: Language = "en", *outages: Outage) -> Reporter:
    """Who speaks that language."""
    talk = Reporter(MEANINGS, {"stop": "opt_out"}, acts=ACTS, base=COMPANY)
    talk.speaks(language)
    talk.outages = outages or (OUTAGE,)
    return talk


def test_who_writes_about_it_is_told_of_it_before_the_answer() -> None:
    talk = reporter()
    said = talk.asks("scanner")
    answer = talk.knowledge.base.entries[EntryId("scanner")].body["en"]
    assert said.startswith(
        "Known outage since 22:10: The server is down\nWe are working on it. When it works again, I'll write here."
        f"\n\n{answer}"
    ), said
    assert talk.decided.outage == OutageReport(outage=7, told=True, joins=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("lv", "Zināms traucējums kopš 22:10: Serveris nav sasniedzams\nMēs strādājam. Kad viss atkal darbosies"),
        ("ru", "Известный сбой с 22:10: Сервер недоступен\nМы работаем. Когда всё снова заработает"),
        ("en", "Known outage since 22:10: The server is down"),
    ],
)
def test_it_is_told_in_the_language_of_the_talk(language: Language, words: str) -> None:
    assert words in reporter(language).asks("cloud?")


def test_after_that_only_a_line_of_it_stands_before_the_answer() -> None:
    talk = reporter()
    talk.asks("scanner")
    again = talk.asks("scanner")
    assert again.startswith("The outage is not over yet: The server is down\n\n")
    assert "I'll write here" not in again
    assert talk.decided.outage == OutageReport(outage=7, joins=True)


def test_a_stopped_till_reads_the_number_in_the_first_lines() -> None:
    talk = reporter()
    lines = talk.asks("dead").splitlines()
    assert lines[0] == "Known outage since 22:10: The server is down"
    assert WORKSHOP in lines[2]
    assert lines[-3] == "We are working on it. When it works again, I'll write here."
    assert [one.reason for one in notices(talk)] == [HandoffReason.TRADING_STOPPED]
    assert talk.decided.outage == OutageReport(outage=7, told=True, joins=True)


def test_a_stopped_till_that_names_another_cause_is_told_of_it_and_staff_hears_of_it() -> None:
    talk = reporter()
    talk.interpreter.meanings = {**MEANINGS, "all": means("dead", "printer", language="en")}
    talk.interpreter.acts = {"all": DialogueAct.OUTAGE}
    assert talk.asks("all").startswith("Known outage")
    assert talk.decided.outage == OutageReport(outage=7, told=True, joins=False)


@pytest.mark.parametrize(
    "text", ["the servers answers nothing", "no CLOUD!", "serverim answers", "tas serveris answers"]
)
def test_words_are_recognised_in_other_endings(text: str) -> None:
    talk = reporter()
    assert talk.asks(text).startswith("Known outage")


@pytest.mark.parametrize("text", ["the server", "answers", "hours", "printer", "serviss answers", "zzz", ""])
def test_who_writes_about_something_else_is_not_told(text: str) -> None:
    talk = reporter()
    assert "outage" not in talk.asks(text)
    assert talk.decided.outage is None


@pytest.mark.parametrize("text", ["/help", "/start cloud", "stop", "it works again", "/forget", "/lines"])
def test_good_news_and_what_is_said_to_the_bot_itself_is_no_report(text: str) -> None:
    talk = reporter("en", replace(OUTAGE, words=("works", "stop", "help")))
    assert "outage" not in talk.asks(text)
    assert talk.decided.outage is None


def test_good_news_by_a_tap_is_no_report() -> None:
    talk = reporter()
    talk.asks("dead")
    assert "outage" not in talk.asks("", kind=MessageKind.TAP, choice="trading:yes")
    assert talk.decided.outage is None


def test_a_tap_on_a_topic_of_it_is_a_report_and_its_title_is_no_words() -> None:
    talk = reporter()
    assert talk.asks("cloud", kind=MessageKind.TAP, choice="entry:scanner").startswith("Known outage")
    talk = reporter()
    assert "outage" not in talk.asks("cloud", kind=MessageKind.TAP, choice="entry:hours")


def test_who_waits_for_its_end_reads_that_it_is_not_over() -> None:
    talk = reporter()
    assert "outage" not in talk.asks("when?")
    talk.asks("cloud")
    assert talk.asks("when?").startswith("The outage is not over yet: The server is down")


def test_of_several_the_one_that_is_meant_is_told_and_else_the_newest() -> None:
    assert "Cards fail" in reporter("en", OUTAGE, OTHER).asks("printer")
    assert "The server is down" in reporter("en", OUTAGE, OTHER).asks("dead")


def test_until_is_said_only_where_it_was_given_and_has_not_passed() -> None:
    soon = (NOW + timedelta(hours=1)).astimezone(RIGA)
    talk = reporter("en", replace(OUTAGE, expected_until=soon))
    assert "We expect to fix it by 23:40. When" in talk.asks("cloud")
    assert talk.asks("cloud").startswith(
        "The outage is not over yet: The server is down\nWe expect to fix it by 23:40."
    )
    tomorrow = reporter("en", replace(OUTAGE, expected_until=soon + timedelta(days=1)))
    assert "by 24.11. 23:40." in tomorrow.asks("cloud")
    late = reporter("en", replace(OUTAGE, expected_until=NOW.astimezone(RIGA)))
    assert "expect" not in late.asks("cloud")


def test_a_text_of_one_line_is_told_whole() -> None:
    talk = reporter("en", OTHER)
    assert talk.asks("printer").startswith("Known outage since 22:10: Cards fail\nWhen it works again, I'll write")


def test_no_news_stands_beside_it() -> None:
    talk = reporter()
    talk.news = (News(id=1, text=dict.fromkeys(OUTAGE.text, "Fresh"), source="s", published_at=NOW),)
    assert "Fresh" not in talk.asks("cloud")
    assert "Fresh" in talk.asks("hours")


def test_while_an_agent_writes_it_is_reported_but_not_told() -> None:
    talk = reporter()
    talk.asks("dead")
    assert silenced(talk.decided).outage == OutageReport(outage=7, joins=True)
    talk.asks("hours")
    assert silenced(talk.decided).outage is None
