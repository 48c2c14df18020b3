"""Languages are content: one, or others than those that ship, with what is missing told by name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kb.loading.content_error import ContentError
from kb.loading.loader import load_knowledge_base
from kb.model import Act, EntryId, KnowledgeBase
from kb.text.language_id import LanguageIdentifier
from kb.text.phonetic import phonetic_key
from kb.understanding.pipeline import UnderstandingPipeline

DIRECTORY = """\
company: Hotel Lindenhof
languages: [de, en]
lines:
  desk:
    phone: "+4930000001"
    name: {de: Rezeption, en: Front desk}
    does: {de: Fragen, en: questions}
topics: [breakfast]
"""
ENTRY = """\
id: breakfast
act: answer
line: desk
trust: owner
sources: []
review_by: 2027-06-01
title: {de: Frühstück, en: Breakfast}
answer: {de: Von 7 bis 10 Uhr., en: From 7 to 10.}
questions:
  de: [wann gibt es Frühstück, ab wann kann man frühstücken]
  en: [when is breakfast, what time is breakfast served]
"""
ALARM = ENTRY.replace("breakfast", "alarm").replace("act: answer", "act: critical").replace("Frühstück", "Feuer")


@pytest.fixture
def hotel(tmp_path: Path) -> Path:
    (tmp_path / "entries").mkdir()
    (tmp_path / "directory.yaml").write_text(DIRECTORY, "utf-8")
    (tmp_path / "entries" / "breakfast.yaml").write_text(ENTRY, "utf-8")
    return tmp_path


def problems(folder: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load_knowledge_base(folder)
    return "\n".join(caught.value.problems)


def change(file: Path, replace: Callable[[str], str]) -> None:
    file.write_text(replace(file.read_text("utf-8")), "utf-8")


def test_a_company_speaks_the_languages_that_it_names(hotel: Path) -> None:
    known = load_knowledge_base(hotel)
    entry = known.entries[EntryId("breakfast")]
    assert known.languages == ("de", "en")
    assert dict(entry.title) == {"de": "Frühstück", "en": "Breakfast"}
    assert [language for _, language, _ in known.questions()] == ["de", "de", "en", "en"]
    assert entry.title["lv"] == "Frühstück", "a page in another language reads the first"
    assert entry.questions["lv"] == ()
    assert (known.spoken_language("lv", "en"), known.spoken_language(None, "lv")) == ("en", "de")
    assert UnderstandingPipeline(known).understand("what time do you serve breakfast?").language == "en"


def test_a_company_needs_neither_tickets_nor_an_urgent_line_nor_sources(hotel: Path) -> None:
    directory = load_knowledge_base(hotel).directory
    assert not directory.takes_tickets
    assert directory.ticket_channel.address.aliases == ()
    assert directory.urgent_line == directory.general_line == "desk"
    assert (directory.office_email, dict(directory.sites)) == ("", {})


def test_a_source_is_named_in_the_language_of_the_content(hotel: Path) -> None:
    change(hotel / "directory.yaml", lambda text: text + "sources: {S: {title: {de: Hausordnung, en: House rules}}}\n")
    change(hotel / "entries" / "breakfast.yaml", lambda text: text.replace("sources: []", "sources: [S]"))
    entry = load_knowledge_base(hotel).entries[EntryId("breakfast")]
    assert (entry.citation["de"], entry.citation["en"]) == ("Quelle: Hausordnung", "Source: House rules")


def test_texts_in_another_language_or_none_are_told(hotel: Path) -> None:
    change(
        hotel / "entries" / "breakfast.yaml", lambda text: text.replace("title: {de: Frühstück,", "title: {lv: Rīts,")
    )
    found = problems(hotel)
    assert (
        "breakfast.yaml: title.lv: unknown key: remove it, or use one of de, en (`languages` of directory.yaml)"
        in found
    )
    assert "breakfast.yaml: title.de: is missing: add it" in found
    change(hotel / "directory.yaml", lambda text: text.replace("{de: Rezeption, en", "{en"))
    assert problems(hotel) == "directory.yaml: lines.desk.name.de: is missing: add it"
    change(hotel / "directory.yaml", lambda text: text.replace("[de, en]", "[Deutsch]"))
    assert "directory.yaml: languages.0: does not look right" in problems(hotel)


def test_a_ticket_entry_needs_a_ticket_channel(hotel: Path) -> None:
    change(hotel / "entries" / "breakfast.yaml", lambda text: text.replace("act: answer", "act: ticket"))
    assert problems(hotel).startswith("breakfast.yaml: act: `ticket` needs a ticket_channel in directory.yaml")


def test_an_urgent_entry_names_the_line_there_is(hotel: Path) -> None:
    (hotel / "entries" / "alarm.yaml").write_text(ALARM.replace("line: desk", "line: any"), "utf-8")
    assert "alarm.yaml: answer.de: an act `critical` begins with its number: write {desk_phone}" in problems(hotel)


def test_lists_of_phrases_may_leave_languages_out(hotel: Path) -> None:
    (hotel / "cues.yaml").write_text("cues:\n  'yes': {de: [freilich doch]}\n", "utf-8")
    known: KnowledgeBase = load_knowledge_base(hotel)
    assert (known.cues["yes"].phrases["de"][-1], known.cues["yes"].phrases["en"][0]) == ("freilich doch", "yes")
    assert {entry.act for entry in known.entries.values()} == {Act.ANSWER}


def test_neighbouring_languages_are_told_apart_by_what_is_theirs_alone() -> None:
    words = {"lv": {"grāmata": 2, "žurnāls": 1}, "lt": {"knyga": 2, "žurnalas": 1}}
    identifier = LanguageIdentifier(words, ("lv", "lt"))
    assert identifier.identify(["šķēres"]) == "lv", "ķ and ē are Latvian"
    assert identifier.identify(["knyga"]) == "lt"
    assert LanguageIdentifier({}, ("et",)).identify(["tere"]) == "et", "there is no other"
    assert LanguageIdentifier(words, ("lt", "uk")).identify(["книга"], accustomed="ru") == "uk"


def test_letters_of_other_alphabets_have_a_plain_spelling() -> None:
    assert (phonetic_key("straße"), phonetic_key("łódź")) == (phonetic_key("strasse"), phonetic_key("lodz"))


def test_the_company_words_the_sentences_of_the_bot(hotel: Path) -> None:
    (hotel / "texts").mkdir()
    (hotel / "texts" / "de.yaml").write_text("chat: {start: Guten Tag!}\n", "utf-8")
    known = load_knowledge_base(hotel)
    assert known.texts == {"de": {"chat": {"start": "Guten Tag!"}}}
    assert known.directory.bot_name["de"] == "Hotel Lindenhof"
    (hotel / "texts" / "lv.yaml").write_text("shop: {start: Labdien!}\n", "utf-8")
    found = problems(hotel)
    assert "texts/lv.yaml: is no language of directory.yaml: name it after one of de, en" in found
    assert "lv.yaml: shop.[key]: is not known: write 'chat', 'page'" in found


def test_the_bot_is_called_what_the_content_says(hotel: Path) -> None:
    change(hotel / "directory.yaml", lambda text: text + "bot_name: {de: Linda, en: Linda}\ndraft_fields: [what]\n")
    directory = load_knowledge_base(hotel).directory
    assert (directory.bot_name["en"], directory.draft_fields) == ("Linda", ("what",))


def test_cues_of_the_company_are_added_to_those_of_any(hotel: Path) -> None:
    (hotel / "cues.yaml").write_text("cues:\n  thanks_not_known: {en: [x]}\n", "utf-8")
    assert "cues.thanks_not_known.[key]: is not known" in problems(hotel)
    (hotel / "cues.yaml").write_text("cues:\n  'yes': {de: [freilich doch], en: [indeed]}\n", "utf-8")
    phrases = load_knowledge_base(hotel).cues["yes"].phrases
    assert (phrases["de"][0], phrases["de"][-1]) == ("ja", "freilich doch")
    assert phrases["en"][0] == "yes"
    assert phrases["en"][-1] == "indeed"
    assert "lv" not in phrases
    assert UnderstandingPipeline(load_knowledge_base(hotel)).match_cue("Freilich doch!") == "yes"
