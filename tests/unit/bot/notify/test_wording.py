"""What a notice says: in three languages, no longer than a message may be, and never that it is a ticket."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.app.channels import CHANNELS
from bot.helpdesk.notification_content import NEWEST_SHOWN
from bot.notify.formatting import email_html, plain_text, telegram_html
from bot.notify.interface import ContactMethod, HandoffNotification, IncidentNotification, Retraction
from bot.notify.wording.notification_texts import NotificationTexts
from bot.notify.wording.rendered import Fact
from bot.notify.wording.staff_sentences import OwnWords, load_notification_phrases, load_time_zone
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from handlers.model.details import PersonDetails
from handlers.model.handoff import HandoffState, NotificationKind
from handlers.model.messages import MessageKind
from handlers.model.phrases import find_problems
from handlers.model.venue import VenueHistory
from kb.model import LANGUAGES, EntryId, Language, LineId

TITLES = CHANNELS.titles()
NOTICE = HandoffNotification(
    handoff=17,
    kind=NotificationKind.INITIAL,
    line=LineId("technical"),
    reason=HandoffReason.TRADING_STOPPED,
    state=HandoffState.OPEN,
    last_actor=None,
    language="ru",
    location="Bistro <Centrs>",
    contact=ContactMethod(channel="whatsapp", phone="+37120000000"),
    first_words="касса <b>стоит</b> & всё",
    newest_words=("перезвоните",),
    since=datetime(2026, 11, 23, 20, 40, tzinfo=UTC),
    at=datetime(2026, 11, 23, 20, 43, tzinfo=UTC),
)


@pytest.fixture
def words(shipped: KnowledgeBundle) -> NotificationTexts:
    return texts_in(shipped, "lv")


def own_words(shipped: KnowledgeBundle) -> OwnWords:
    return lambda language: shipped.base.texts[language]["notify"]


def texts_in(shipped: KnowledgeBundle, language: Language) -> NotificationTexts:
    return NotificationTexts.for_directory(
        lambda: shipped.base.directory, language, load_time_zone("Europe/Riga"), TITLES, own_words=own_words(shipped)
    )


def test_every_sentence_stands_in_every_language() -> None:
    assert find_problems(load_notification_phrases()) == ()


def test_what_was_read_from_a_picture_is_told_as_such(words: NotificationTexts) -> None:
    pictured = replace(NOTICE, picture_text="Kļūda 12\nkase bloķēta")
    rendered = words.render(pictured)
    assert Fact(label="Nolasīts no attēla", text="Kļūda 12 kase bloķēta") in rendered.facts
    assert "Kļūda" not in rendered.subject
    assert "Kļūda 12 kase bloķēta" in words.render(replace(pictured, first_words="", newest_words=())).subject


def test_a_notice_has_all_that_is_needed_to_help(words: NotificationTexts) -> None:
    text = plain_text(words.render(NOTICE))
    assert text == (
        "STĀV: Bistro <Centrs> (20 000 000) – касса <b>стоит</b> & всё\n"
        "Izsaukums Nr. 17, Tehniskā daļa\n\n"
        "- касса <b>стоит</b> & всё\n"
        "- перезвоните\n\n"
        "Vēl neviens nav paņēmis.\n\n"
        "Vieta: Bistro <Centrs>\n"
        "Kā sazināties: WhatsApp, +37120000000\n"
        "Valoda: krievu\n"
        "Gaida kopš: 23.11. 22:40\n\n"
        "Šī ziņa nav pieteikums, un uz to nav jāatbild."
    )


class TagCollector(HTMLParser):
    """The tags and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_a_language_without_a_name_is_told_by_its_code_and_an_unknown_one_not_at_all(words: NotificationTexts) -> None:
    assert Fact(label="Valoda", text="DE") in words.render(replace(NOTICE, language="de")).facts
    assert "Valoda" not in plain_text(words.render(replace(NOTICE, language="")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_person_wrote_is_text_in_every_layout(shipped: KnowledgeBundle, language: Language) -> None:
    written = texts_in(shipped, language).render(NOTICE)
    for html, links in ((telegram_html(written), []), (email_html(written, "lv"), ["tel:+37120000000"])):
        seen = TagCollector()
        seen.feed(html)
        assert "&lt;b&gt;стоит&lt;/b&gt; &amp; всё" in html
        assert seen.links == links
        assert set(seen.tags) <= {"b", "i", "a", "html", "head", "title", "meta", "body", "h1", "h2", "p", "strong"}


HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{ 7 * 7 }}{% raw %}"


def test_nothing_that_a_person_wrote_is_markup_in_an_email(words: NotificationTexts) -> None:
    hostile = replace(
        NOTICE,
        location=HOSTILE,
        last_actor=HOSTILE,
        state=HandoffState.TAKEN,
        contact=ContactMethod(channel="telegram", name=HOSTILE, link=f"https://t.me/{HOSTILE}"),
        first_words=HOSTILE,
        newest_words=(HOSTILE,),
        details=PersonDetails(name=HOSTILE, phone=HOSTILE, place=HOSTILE, device=HOSTILE),
        profile_name=HOSTILE,
        link=f"https://here/{HOSTILE}",
    )
    html = email_html(words.render(hostile), "lv")
    seen = TagCollector()
    seen.feed(html)
    assert set(seen.tags) <= {"a", "html", "head", "meta", "title", "body", "h1", "h2", "p", "strong"}
    assert seen.links == [f"tel:{HOSTILE.replace(' ', '')}", f"https://t.me/{HOSTILE}", f"https://here/{HOSTILE}"]
    assert "<script" not in html
    assert "<img" not in html
    assert "49" not in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NotificationKind)
@pytest.mark.parametrize("state", HandoffState)
@pytest.mark.parametrize("reason", HandoffReason)
def test_each_standing_can_be_said_and_says_that_it_is_no_ticket(
    shipped: KnowledgeBundle, language: Language, kind: NotificationKind, state: HandoffState, reason: HandoffReason
) -> None:
    words = texts_in(shipped, language)
    written = words.render(replace(NOTICE, kind=kind, state=state, reason=reason, last_actor="Ilze"))
    assert written.subject.endswith(f"[{ {'lv': 'nav pieteikums', 'ru': 'не заявка', 'en': 'no ticket'}[language] }]")
    assert plain_text(written).endswith(words.sentence("no_ticket"))
    assert "{" not in plain_text(written)


def test_the_longest_notice_fits_into_a_message(words: NotificationTexts) -> None:
    longest = replace(
        NOTICE,
        first_words="😀" * 300,
        newest_words=("😀<&>" * 300,) * NEWEST_SHOWN,
        location="😀" * 900,
        last_actor="Ilze",
        state=HandoffState.TAKEN,
        details=PersonDetails(
            name="😀" * 900, phone="+371 29111222, +371 67123456", place="😀" * 900, device="😀" * 900
        ),
        profile_name="😀" * 900,
        media=dict.fromkeys(set(MessageKind) - {MessageKind.TEXT, MessageKind.TAP}, 9),
        link="https://here/" + "x" * 99,
    )
    text = telegram_html(words.render(longest))
    shown = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert len(shown.encode("utf-16-le")) // 2 <= 4096


@pytest.mark.parametrize(
    ("reach", "text", "href"),
    [
        (
            ContactMethod(channel="telegram", name="@anna", link="https://t.me/anna"),
            "Telegram, @anna",
            "https://t.me/anna",
        ),
        (ContactMethod(channel="whatsapp", phone="+37129111222"), "WhatsApp, +37129111222", "tel:+37129111222"),
        (ContactMethod(channel="telegram", link="tg://user?id=42"), "Telegram", "tg://user?id=42"),
        (ContactMethod(channel="webchat"), "tīmekļa čats, cita kontakta nav", None),
        (ContactMethod(channel="pigeon post"), "čats, cita kontakta nav", None),
    ],
)
def test_how_to_reach_them_is_told_as_far_as_it_is_known(
    words: NotificationTexts, reach: ContactMethod, text: str, href: str | None
) -> None:
    row = next(row for row in words.render(replace(NOTICE, contact=reach)).facts if row.label == "Kā sazināties")
    assert (row.text, row.href) == (text, href)


def test_what_is_not_known_is_left_out(words: NotificationTexts) -> None:
    labels = [row.label for row in words.render(replace(NOTICE, location=None)).facts]
    assert labels == ["Kā sazināties", "Valoda", "Gaida kopš"]


ILZE = PersonDetails(name="Ilze", phone="+371 29111222", place="Rozengrāls", device="kase 2")


@pytest.mark.parametrize(
    ("change", "headline"),
    [
        ({"details": ILZE}, "STĀV: Rozengrāls (Ilze, 29 111 222) – visas kases stāv"),
        ({"details": PersonDetails(place="Ala")}, "STĀV: Ala – visas kases stāv"),
        ({"profile_name": "Jānis"}, "STĀV: Jānis – visas kases stāv"),
        ({"contact": ContactMethod(channel="telegram", name="@anna")}, "STĀV: @anna – visas kases stāv"),
        ({"contact": ContactMethod(channel="sms", phone="+37129111222")}, "STĀV: 29 111 222 – visas kases stāv"),
        (
            {"location": "Lido kases", "reason": HandoffReason.ASKED_FOR_PERSON, "first_words": ""},
            "Vajag cilvēku: Lido kases",
        ),
        ({"first_words": ""}, "STĀV"),
        ({"first_words": "kase " * 30}, f"STĀV: {'kase ' * 11}kase…"),
    ],
)
def test_the_first_line_tells_twenty_calls_apart(
    words: NotificationTexts, change: dict[str, Any], headline: str
) -> None:
    plain = replace(
        NOTICE, location=None, contact=ContactMethod(channel="webchat"), first_words="visas kases stāv", newest_words=()
    )
    written = words.render(replace(plain, **change))
    assert written.title.splitlines()[0] == headline
    assert written.subject == f"{headline} · Nr. 17 [nav pieteikums]"


def test_all_that_was_told_is_shown_as_it_was_told(shipped: KnowledgeBundle) -> None:
    words = NotificationTexts.for_directory(
        lambda: shipped.base.directory,
        "lv",
        load_time_zone("Europe/Riga"),
        TITLES,
        topic_title=lambda entry, language: shipped.base.entries[entry].title[language],
        own_words=own_words(shipped),
    )
    told = replace(
        NOTICE,
        details=ILZE,
        profile_name="Jānis, Lido",
        contact=ContactMethod(channel="webchat"),
        media={MessageKind.PHOTO: 2, MessageKind.VOICE: 1},
        topic=EntryId("till-down"),
        link="https://paligs.example/console/talks/1",
    )
    facts = [(row.label, row.text, row.href) for row in words.render(told).facts]
    assert facts == [
        ("Vieta", "Rozengrāls / Bistro <Centrs>", None),
        ("Vārds", "Ilze / Jānis, Lido", None),
        ("Tālrunis", "+371 29111222", "tel:+37129111222"),
        ("Ierīce", "kase 2", None),
        ("Kā sazināties", "tīmekļa čats", None),
        ("Valoda", "krievu", None),
        ("Gaida kopš", "23.11. 22:40", None),
        ("Atsūtīts", "attēls ×2, balss ziņa", None),
        ("Palīgs", f"atbildēja par tēmu „{shipped.base.entries[EntryId('till-down')].title['lv']}”", None),
        ("Saruna konsolē", told.link, told.link),
    ]
    two = replace(told, details=PersonDetails(phone="+371 29111222, +371 67123456"), topic=None, link=None)
    assert ("Tālrunis", "+371 29111222, +371 67123456", None) in [
        (row.label, row.text, row.href) for row in words.render(two).facts
    ]


def test_a_reminder_and_news_name_the_call_and_whose_it_is(words: NotificationTexts) -> None:
    headline = words.headline(NOTICE)
    reminder = words.render(replace(NOTICE, kind=NotificationKind.REMINDER))
    assert reminder.title == f"Atgādinājums: izsaukumu Nr. 17 līdz 23.11. 22:43 neviens nav paņēmis.\n{headline}"
    assert (reminder.state, reminder.facts, reminder.words) == ("", (), ())
    taken = replace(NOTICE, kind=NotificationKind.NEWS, state=HandoffState.TAKEN, last_actor="Ilze")
    news = words.render(taken)
    assert news.title == f"{headline}\nJaunums izsaukumā Nr. 17."
    assert (news.state, news.facts, news.words) == ("Paņēma: Ilze", (), ("перезвоните",))


def test_news_tell_that_it_moved_or_who_else_is_asked_for(words: NotificationTexts) -> None:
    news = replace(NOTICE, kind=NotificationKind.NEWS)
    before = LineId("helpdesk")
    moved = words.render(replace(news, moved_from=before)).title
    assert moved.endswith(f"Izsaukums Nr. 17 pārcelts: {words.line_name(before)} → {words.line_name(NOTICE.line)}.")
    also = replace(NOTICE, also_asked=(before, LineId("administration")))
    names = f"{words.line_name(before)}, {words.line_name(LineId('administration'))}"
    assert words.render(replace(also, kind=NotificationKind.NEWS)).title.endswith(f"Prasa arī: {names}.")
    assert ("Prasa arī", names) in [(fact.label, fact.text) for fact in words.render(also).facts]


def test_who_has_withdrawn_is_named_by_number_alone(words: NotificationTexts) -> None:
    text = plain_text(words.render(Retraction(handoff=17)))
    assert text.startswith("Izsaukums Nr. 17: cilvēks savus datus ir izdzēsis.")
    assert words.render(Retraction(handoff=17)).facts == ()


def test_a_machine_that_knows_no_zones_tells_the_time_of_the_world(shipped: KnowledgeBundle) -> None:
    words = NotificationTexts.for_directory(lambda: shipped.base.directory, "en", UTC, TITLES)
    assert "Waiting since: 23.11. 20:40 UTC" in plain_text(words.render(NOTICE))


def test_a_line_is_called_what_the_content_calls_it_now(shipped: KnowledgeBundle) -> None:
    now = [shipped.base.directory]
    words = NotificationTexts.for_directory(lambda: now[0], "en", UTC, TITLES)
    line = now[0].lines[NOTICE.line]
    now[0] = replace(now[0], lines={NOTICE.line: replace(line, name={**line.name, "en": "Night shift"})})
    assert "Night shift" in plain_text(words.render(NOTICE))
    now[0] = replace(now[0], lines={})
    assert f", {NOTICE.line}" in plain_text(words.render(NOTICE))


@pytest.mark.parametrize("link", [None, "https://bot.example.lv/console/outages?incident=3"])
def test_an_incident_that_may_be_an_outage_says_where_it_is_declared(
    words: NotificationTexts, link: str | None
) -> None:
    incident = IncidentNotification(
        handoff=3,
        kind=NotificationKind.INITIAL,
        line=LineId("technical"),
        reason=HandoffReason.TRADING_STOPPED,
        state=HandoffState.OPEN,
        last_actor=None,
        verified=True,
        count=4,
        causes=((None, 4),),
        members=(),
        since=NOTICE.since,
        at=NOTICE.at,
        may_be_outage=True,
        outage_link=link,
    )
    (fact,) = [one for one in words.render(incident).facts if one.label == "Viens traucējums?"]
    assert (fact.text, fact.href) == (link or "to var pieteikt konsolē, sadaļā Traucējumi", link)
    for other in (replace(incident, may_be_outage=False), replace(incident, state=HandoffState.CLOSED)):
        assert "Viens traucējums?" not in [one.label for one in words.render(other).facts]


def test_who_wrote_stop_is_to_be_called_whether_or_not_the_last_answer_arrived(words: NotificationTexts) -> None:
    stopped = plain_text(words.render(replace(NOTICE, opted_out=True, unreachable=True)))
    assert "Mūsu atbilde: STOP: ziņas vairs nesūtām, lūdzu, zvaniet" in stopped
    assert "nenonāca" not in stopped
    assert "Mūsu atbilde: nenonāca" in plain_text(words.render(replace(NOTICE, unreachable=True)))
    assert "Mūsu atbilde" not in plain_text(words.render(NOTICE))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("lv", "Iepriekš: zvanīja vakar: Printeris; 7 dienās: 2"),
        ("ru", "Раньше: звонили вчера: Printeris; за 7 дней: 2"),
        ("en", "Earlier: called yesterday: Printeris; in 7 days: 2"),
    ],
)
def test_a_venue_that_called_before_is_told_in_one_line(
    shipped: KnowledgeBundle, language: Language, told: str
) -> None:
    history = VenueHistory(last_at=NOTICE.since - timedelta(days=1), calls=2, topic=EntryId("printer"))
    texts = replace(texts_in(shipped, language), topic_title=lambda *_: "Printeris")
    text = plain_text(texts.render(replace(NOTICE, venue="Rozengrāls", venue_history=history)))
    assert told in text.splitlines()
    assert told.split(":", maxsplit=1)[0] not in plain_text(texts.render(NOTICE))
