"""From actions to what a person reads."""

from dataclasses import replace
from types import MappingProxyType

from handlers.model.actions import (
    Ask,
    CloseHandoffs,
    EraseUser,
    HandoffReason,
    NotifyStaff,
    Say,
    ShowLine,
    ShowTicketChannel,
)
from handlers.model.details import PersonDetails
from handlers.model.messages import Option
from handlers.model.phrases import Phrases, find_problems
from handlers.rendering import EmailDraft, RenderContext, render
from kb.model import EntryId, LineId
from tests.doubles import Dialog, small_base

VOICE = RenderContext(phrases=Dialog().knowledge.phrases, directory=small_base().directory, language="en")


def test_sources_stand_last_and_once() -> None:
    reply = render((Say(text="One.", source="Source: A"), Say(text="Two.", source="Source: A")), VOICE, EmailDraft())
    assert reply is not None
    assert reply.text == "One.\n\nTwo.\n\nSource: A"


def test_choices_come_with_the_text_that_asks() -> None:
    option = Option(id="line:desk", title="Advice desk")
    reply = render((Ask(text="Who?", options=(option,)), ShowLine(line=LineId("desk"))), VOICE, EmailDraft())
    assert reply is not None
    assert reply.options == (option,)
    assert "+371 20000001 (Advice desk): questions and training" in reply.text


def test_what_nobody_reads_makes_no_reply() -> None:
    silent = (NotifyStaff(line=LineId("desk"), reason=HandoffReason.NOT_UNDERSTOOD), EraseUser())
    assert render(silent, VOICE, EmailDraft()) is None


def test_without_a_page_the_draft_is_text_to_copy() -> None:
    reply = render((ShowTicketChannel(),), VOICE, EmailDraft(last_messages=("till two is dead", "since noon")))
    assert reply is not None
    assert "till two is dead / since noon" in reply.text
    assert "Restaurant and address:\nContact person and phone:\n" in reply.text
    told = PersonDetails(name="Ilze", phone="+371 29111222", place="Rozengrāls", device="till 2")
    reply = render((ShowTicketChannel(),), VOICE, EmailDraft(last_messages=("create a ticket",), details=told))
    assert reply is not None
    for line in (
        "Restaurant and address: Rozengrāls",
        "Contact person and phone: Ilze, +371 29111222",
        "Which till or device: till 2",
        "What happens and since when:",
    ):
        assert line in reply.text.splitlines(), "the order for a ticket is no description"
    linked = render((ShowTicketChannel(),), VOICE, EmailDraft(url="https://here/t/x"))
    assert linked is not None
    assert "https://here/t/x" in linked.text


def test_sentences_stand_alike_in_every_language_or_it_is_told() -> None:
    broken = Phrases(MappingProxyType({"lv": {"a": "{x}", "b": ""}, "ru": {"a": "{y}", "b": ""}, "en": {"a": "{x}"}}))
    told = "\n".join(find_problems(broken))
    assert "en: b: is missing: add it" in told
    assert "must have the names" in told
    assert find_problems(VOICE.phrases) == ()


def test_a_company_without_an_entry_for_good_news_still_answers_it() -> None:
    base = replace(small_base(), directory=replace(small_base().directory, resolved_entry=None))
    talk = Dialog(cues={"ok again": "resolved"}, base=base).speaks("en")
    assert "works again" in talk.says("ok again").text
    assert CloseHandoffs() in talk.decided.actions


def test_a_company_without_a_ticket_entry_still_has_the_rule() -> None:
    base = small_base()
    entries = {name: entry for name, entry in base.entries.items() if name != EntryId("ticket")}
    talk = Dialog(cues={"note it": "repeat_ticket"}, base=replace(base, entries=MappingProxyType(entries)))
    talk.session = replace(talk.session, ticket_requests=1)
    talk.says("note it")
    assert talk.decided.trace.act == "none"


def test_knowledge_that_stands_still_is_its_own_current_one() -> None:
    known = Dialog().knowledge
    assert known.current is known
