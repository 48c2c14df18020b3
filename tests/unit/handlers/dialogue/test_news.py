"""News: listed by /news, shown once beside an answer, and never in the way of anything urgent."""

from dataclasses import replace
from datetime import datetime

import pytest

from handlers.model.announcements import News
from handlers.model.messages import Inbound, MessageKind
from handlers.model.session import Decision, Incident
from handlers.rendering import EmailDraft, RenderContext, render
from handlers.router import decide
from handlers.service.agent_chat import silenced
from kb.model import EntryId, Language
from kb.understanding.result import Interpretation
from tests.doubles import NOW, Dialog, means

OLD = News(
    id=1,
    text={"lv": "Vecais\nVairāk", "ru": "Старое\nЕщё", "en": "Old one\nMore of it"},
    source="Letter 1",
    published_at=datetime(2026, 11, 1, tzinfo=NOW.tzinfo),
)
NEW = News(
    id=2,
    text={"lv": "Jaunais", "ru": "Новое", "en": "New one"},
    source="Letter 2",
    published_at=datetime(2026, 11, 20, tzinfo=NOW.tzinfo),
)
MEANINGS = {
    "when": means("hours", language="en"),
    "dead": means("dead", language="en"),
    "ticket": means("ticket", language="en"),
    "person": means("person", language="en"),
    "which": means("hours", "close", language="en"),
    "printer": means("printer", language="en"),
}


class Reader(Dialog):
    """A talk with the bot while there is news."""

    news: tuple[News, ...] = (NEW, OLD)

    def asks(self, text: str, **inbound: object) -> str:
        """What the bot says."""
        message = Inbound(
            channel="test", conversation="c", sender="s", message_id="m", sent_at=self.now, text=text, news=self.news
        )
        self.decision = decide(replace(message, **inbound), self.session, self.knowledge, self.now)  # type: ignore[arg-type]
        self.session = self.decision.session
        voice = RenderContext(
            phrases=self.knowledge.phrases,
            directory=self.knowledge.base.directory,
            language=self.decision.trace.language,
        )
        reply = render(self.decision.actions, voice, EmailDraft())
        return reply.text if reply is not None else ""


def reader(language: Language = "en", meanings: dict[str, Interpretation] | None = None, **more: object) -> Reader:
    """Who speaks that language."""
    talk = Reader(MEANINGS | (meanings or {}), **more)  # type: ignore[arg-type]
    talk.speaks(language)
    return talk


def test_the_newest_unseen_stands_after_the_answer_with_its_day_and_source() -> None:
    talk = reader()
    said = talk.asks("when")
    answer = talk.knowledge.base.entries[EntryId("hours")].body["en"]
    assert said.startswith(f"{answer}\n\nNews (20.11.2026): New one\nSource: Letter 2")
    assert talk.decided.news == (2,)


@pytest.mark.parametrize(
    ("language", "words"),
    [("lv", "Jaunums (20.11.2026): Jaunais"), ("ru", "Новость (20.11.2026): Новое"), ("en", "News (20.11.2026): New")],
)
def test_news_is_told_in_the_language_of_the_talk(language: Language, words: str) -> None:
    assert words in reader(language).asks("/news")


def test_what_was_seen_is_not_shown_again_and_the_next_is() -> None:
    talk = reader()
    talk.news = (replace(NEW, seen=True), OLD)
    assert "Old one" in talk.asks("when")
    assert talk.decided.news == (1,)
    talk.news = (replace(NEW, seen=True), replace(OLD, seen=True))
    assert "News (" not in talk.asks("when")
    assert not talk.decided.news


@pytest.mark.parametrize("command", ["/start", "/START", "/start@paligs_bot", "/start x"])
def test_the_greeting_stands_after_the_news_with_its_choices(command: str) -> None:
    talk = reader()
    said = talk.asks(command)
    assert said.startswith("News (20.11.2026): New one")
    assert "Paligs" in said
    assert talk.decided.news == (2,)


@pytest.mark.parametrize(
    "text", ["dead", "ticket", "person", "which", "/help", "/lines", "/privacy", "/forget", "/language", "", "zzz"]
)
def test_news_is_not_put_beside_what_is_to_be_read_alone(text: str) -> None:
    talk = reader()
    assert "News (" not in talk.asks(text)
    assert talk.decided.news == ()


def test_who_stopped_trading_or_waits_for_people_reads_no_news() -> None:
    for incident in (Incident.STOPPED, Incident.PARTLY):
        talk = reader()
        talk.session = replace(talk.session, incident=incident)
        assert "News (" not in talk.asks("/start")
    talk = reader()
    talk.asks("person")
    assert talk.session.called_in is not None
    assert "News (" not in talk.asks("when")


def test_stop_ends_the_wish_for_news_and_shows_none() -> None:
    talk = reader(cues={"stop": "opt_out"})
    talk.session = replace(talk.session, wants_news=True)
    assert "News (" not in talk.asks("stop")
    assert not talk.session.wants_news


def test_a_tap_is_answered_without_news() -> None:
    talk = reader()
    assert "News (" not in talk.asks("", kind=MessageKind.TAP, choice="entry:hours")
    assert talk.decided.news == ()


def test_news_lists_the_newest_first_and_counts_all_as_read() -> None:
    talk = reader()
    said = talk.asks("/news")
    assert said.index("New one") < said.index("Old one\nMore of it")
    assert said.endswith("Get news at once: /news on")
    assert talk.decided.news == (2, 1)
    assert talk.decided.trace.handler == "command"


def test_news_that_was_seen_is_still_listed() -> None:
    talk = reader()
    talk.news = (replace(NEW, seen=True),)
    assert "New one" in talk.asks("/news")


def test_without_news_it_says_so() -> None:
    talk = reader()
    talk.news = ()
    assert talk.asks("/news") == "There is no news at the moment.\n\nGet news at once: /news on"
    assert talk.decided.news == ()


def test_news_is_sent_to_who_asks_for_it_until_they_do_not() -> None:
    talk = reader()
    assert "/news off" in talk.asks("/news on")
    assert talk.session.wants_news
    assert talk.asks("/news").endswith("Stop getting news at once: /news off")
    assert "no more news" in talk.asks("/news off")
    assert not talk.session.wants_news


def test_the_bot_shows_none_while_an_agent_writes() -> None:
    decision: Decision = reader_decision()
    assert decision.news == (2,)
    assert silenced(decision).news == ()


def reader_decision() -> Decision:
    """One that shows news."""
    talk = reader()
    talk.asks("when")
    return talk.decided


def test_a_headline_is_the_first_line() -> None:
    assert (OLD.headline("en"), OLD.body("en"), NEW.body("en")) == ("Old one", "More of it", "")
