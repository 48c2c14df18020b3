"""Reading and checking the content: every mistake is found, named, and told how to mend; all at once."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kb.loading.content_error import ContentError
from kb.loading.loader import load_knowledge_base
from kb.loading.validation import overdue_reviews
from kb.model import LANGUAGES, Act, DialogueAct, EntryId, LineId
from tests.doubles import CONTENT

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the made-up company's content that a test may spoil."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replaces a text in a file, and insists that it was there."""

    def replace(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return replace


def problems(folder: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load_knowledge_base(folder)
    return "\n".join(caught.value.problems)


def test_contacts_are_filled_in_and_sources_stand_last() -> None:
    entry = load_knowledge_base(CONTENT).entries[EntryId("dead")]
    assert entry.answer("lv").splitlines() == ["Zvaniet tagad: +371 20000002 (Darbnīca).", "Avots: Kārtība"]
    assert entry.act is Act.CRITICAL
    assert load_knowledge_base(CONTENT).entries[EntryId("hello")].answer("en") == "Hello! How can I help?"


def test_every_question_comes_with_its_entry_and_language() -> None:
    questions = list(load_knowledge_base(CONTENT).questions())
    assert len(questions) == 10 * len(LANGUAGES) * 2
    assert questions[0][0].id == "bye"
    assert questions[0][1:] == ("lv", "paldies")


def test_lexicon_cues_and_decoys_are_read_where_they_are(folder: Path) -> None:
    (folder / "lexicon.yaml").write_text(
        "concepts:\n  till:\n    lv: [kase]\n    ru: [касса]\n    en: [till]\n", "utf-8"
    )
    (folder / "cues.yaml").write_text('cues:\n  "yes":\n    lv: [jā]\n    ru: [да]\n    en: ["yes"]\n', "utf-8")
    (folder / "decoys.yaml").write_text("decoys:\n  lv: [laiks]\n  ru: [погода]\n  en: [weather]\n", "utf-8")
    knowledge = load_knowledge_base(folder)
    assert knowledge.concepts[0].forms["ru"] == ("касса",)
    assert "jā" in knowledge.cues["yes"].phrases["lv"]
    assert knowledge.out_of_scope["en"][0] == "weather"
    assert load_knowledge_base(folder, with_universal=False).out_of_scope["en"] == ("weather",)
    assert knowledge.version != load_knowledge_base(CONTENT).version


def test_beside_few_decoys_of_a_language_those_for_any_company_stand(folder: Path) -> None:
    many = ", ".join(f"laiks {number}" for number in range(20))
    (folder / "decoys.yaml").write_text(f"decoys:\n  lv: [{many}]\n  en: [weather]\n", "utf-8")
    found = load_knowledge_base(folder).out_of_scope
    assert len(found["lv"]) == 20
    assert len(found["en"]) > 50 < len(found["ru"])
    answered = load_knowledge_base(folder).entries[EntryId("hours")]
    asked = folder / "entries" / "hours.yaml"
    asked.write_text(asked.read_text("utf-8").replace(answered.questions["ru"][0], found["ru"][0]), "utf-8")
    assert found["ru"][0] not in load_knowledge_base(folder).out_of_scope["ru"]


def test_dialogue_acts_are_read_where_they_are(folder: Path) -> None:
    (folder / "dialogue.yaml").write_text(
        "acts:\n  anger:\n    lv: [kauns]\n    ru: [позор]\n    en: [shame, what a joke]\n", "utf-8"
    )
    knowledge = load_knowledge_base(folder)
    assert knowledge.dialogue == {
        DialogueAct.ANGER: {"lv": ("kauns",), "ru": ("позор",), "en": ("shame", "what a joke")}
    }
    assert knowledge.version != load_knowledge_base(CONTENT).version
    assert load_knowledge_base(CONTENT).dialogue == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("acts:\n  rage:\n    lv: [a]\n    ru: [b]\n    en: [c]\n", "dialogue.yaml: acts.rage.[key]: is not known: write 'ask_number'"),
        ("acts:\n  anger:\n    lv: [a]\n    de: [b]\n", "dialogue.yaml: acts.anger.de: unknown key: remove it, or use one of lv, ru, en"),
        ("acts:\n  anger:\n    lv: [a]\n    ru: [b]\n    en: []\n", "dialogue.yaml: acts.anger.en: is empty: write at least one"),
        ("rage:\n  lv: [a]\n", "dialogue.yaml: rage: unknown key: remove it, or use one of acts"),
        ("acts: [", "dialogue.yaml: not readable as YAML"),
        (
            ("acts:\n  anger:\n    lv: [a]\n    ru: [b]\n    en: [Same again!, '!']\n"
            "  insist:\n    lv: [c]\n    ru: [d]\n    en: [same again, '?']\n"),
            "dialogue.yaml: acts.insist: 'same again' stands under anger too: keep it under one of them",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_the_dialogue_acts_is_told_with_its_remedy(folder: Path, text: str, told: str) -> None:
    (folder / "dialogue.yaml").write_text(text, "utf-8")
    assert told in problems(folder)


def test_categories_are_read_in_their_order_where_they_are(folder: Path) -> None:
    (folder / "categories.yaml").write_text(
        "categories:\n"
        "  tills:\n    title: {lv: Kases, ru: Кассы, en: Tills}\n    entries: [dead, close]\n"
        "  desk:\n    title: {lv: Palīdzība, ru: Помощь, en: Help}\n    entries: [hours]\n",
        "utf-8",
    )
    knowledge = load_knowledge_base(folder)
    assert [(each.id, each.title["en"], each.entries) for each in knowledge.categories] == [
        ("tills", "Tills", ("dead", "close")),
        ("desk", "Help", ("hours",)),
    ]
    assert load_knowledge_base(CONTENT).categories == ()


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ("[gone]", "categories.yaml: tills.entries: 'gone' is no entry: write the id of a file under entries/"),
        ("[dead, dead]", "categories.yaml: tills.entries: 'dead' stands under tills too: keep it under one of them"),
        ("[]", "categories.yaml: categories.tills.entries: is empty: write at least one"),
    ],
)
def test_a_mistake_in_the_categories_is_told_with_its_remedy(folder: Path, entries: str, told: str) -> None:
    text = f"categories:\n  tills:\n    title: {{lv: a, ru: b, en: c}}\n    entries: {entries}\n"
    (folder / "categories.yaml").write_text(text, "utf-8")
    assert told in problems(folder)


def test_the_directory_names_the_entries_of_contacts_faults_and_follow_ups(folder: Path, edit: Edit) -> None:
    added = (
        "contacts_entry: desk\nfault_topics: [dead, printer]\nstopped_for_all: [printer, scanner]\n"
        "follow_ups: {ask_price_follow: desk, ask_time_follow: hours}\ntopics:"
    )
    edit("directory.yaml", "topics:", added)
    directory = load_knowledge_base(folder).directory
    assert directory.contacts_entry == "desk"
    assert directory.fault_topics == ("dead", "printer")
    assert directory.stopped_for_all == ("printer", "scanner")
    assert directory.follow_ups == {DialogueAct.ASK_PRICE_FOLLOW: "desk", DialogueAct.ASK_TIME_FOLLOW: "hours"}
    plain = load_knowledge_base(CONTENT).directory
    assert (plain.contacts_entry, plain.fault_topics, plain.follow_ups) == (None, (), {})
    assert plain.stopped_for_all == ()


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("contacts_entry: gone", "directory.yaml: contacts_entry: 'gone' is no entry: write the id of a file under entries/"),
        ("devices: [gone]", "directory.yaml: devices: 'gone' is no concept: write one of lexicon.yaml, or add it there"),
        ("fault_topics: [dead, gone]", "directory.yaml: fault_topics.1: 'gone' is no entry"),
        ("stopped_for_all: [printer, gone]", "directory.yaml: stopped_for_all.1: 'gone' is no entry: write the id of a file"),
        ("stopped_for_all: ['']", "directory.yaml: stopped_for_all.0: is empty"),
        ("fault_topics: [a, b, c, d, e, f, g, h, i, j]", "directory.yaml: fault_topics: is too long a list: keep at most 9"),
        ("follow_ups: {ask_price_follow: gone}", "directory.yaml: follow_ups.ask_price_follow: 'gone' is no entry"),
        ("follow_ups: {anger: desk}", "directory.yaml: follow_ups.anger.[key]: is not known: write"),
    ],
)  # fmt: skip
def test_a_mistake_in_these_is_told_with_its_remedy(folder: Path, edit: Edit, added: str, told: str) -> None:
    edit("directory.yaml", "topics:", f"{added}\ntopics:")
    assert told in problems(folder)


def test_all_mistakes_are_told_at_once_with_file_key_and_remedy(folder: Path, edit: Edit) -> None:
    edit("entries/dead.yaml", "line: workshop", "line: cellar")
    edit("entries/close.yaml", "[S2]", "[S9]")
    edit("directory.yaml", "general_line: desk", "general_line: attic")
    found = problems(folder)
    assert "dead.yaml: line: 'cellar' is no line: write any or one of desk, workshop" in found
    assert "close.yaml: sources: 'S9' is no source: write one of S1, S2" in found
    assert "directory.yaml: general_line: 'attic' is no line" in found


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("directory.yaml", "topics:", "look: {accent: red}\ntopics:", "directory.yaml: look.accent: does not look right"),
        ("directory.yaml", "  server:\n", "  other:\n", "directory.yaml: outage_kinds.other: is there in every content: remove it"),
        ("directory.yaml", "  server:\n", "  Server:\n", "directory.yaml: outage_kinds.Server.[key]: does not look right"),
        ("entries/dead.yaml", "act: critical", "act: alarm", "dead.yaml: act: is not known: write 'answer'"),
        ("entries/dead.yaml", "act: critical", "akt: critical", "dead.yaml: akt: unknown key: remove it, or use one of id"),
        ("entries/dead.yaml", "  lv: Kase stāv", "  lt: Kase stāv", "dead.yaml: title.lt: unknown key: remove it, or use one of lv, ru, en"),
        ("entries/dead.yaml", "  lv: Kase stāv\n", "", "dead.yaml: title.lv: is missing: add it"),
        ("entries/dead.yaml", "  lv: Kase stāv", "  lv: Kase stāv un neviens neko nevar", "title.lv: is too long: write at most 24 characters"),
        ("entries/dead.yaml", "  lv: Kase stāv", "  lv: ''", "title.lv: is empty: write the text"),
        ("entries/dead.yaml", "    - kase stāv", "    - 404", "questions.lv.0: is not a text: write it in quotes"),
        ("entries/dead.yaml", "2027-06-01", "soon", "review_by: is not a date"),
        ("entries/dead.yaml", "2027-06-01", "2027-06-01T10:00:00", "review_by: Datetimes provided to dates should"),
        ("directory.yaml", "topics:", "dialogue_entries: {anger: gone}\ntopics:", "directory.yaml: dialogue_entries.anger: 'gone' is no entry"),
        ("directory.yaml", "    entry: desk", "    colour: red", "lines.desk.colour: unknown key: remove it, or use one of phone"),
        ("entries/dead.yaml", "2027-06-01", "[1]", "review_by: is not a date"),
        ("entries/dead.yaml", "id: dead", "id: death", "dead.yaml: id: is 'death': name the file death.yaml"),
        ("entries/dead.yaml", "title:", "title: [", "dead.yaml: not readable as YAML: line"),
        ("entries/dead.yaml", "trust: seed", "trust: seed\ntrust: seed", "the key 'trust' stands twice: keep one"),
        ("entries/dead.yaml", "{workshop_phone}", "{cellar_phone}", "answer.lv: {cellar_phone} is not known: write one of desk_phone"),
        ("entries/dead.yaml", "{workshop_phone}", "112", "answer.lv: an act `critical` begins with its number: write {workshop_phone}"),
        ("entries/printer.yaml", "{workshop_phone}", "us", "answer.en: an act `problem` names its line: write {workshop_phone}"),
        ("entries/ticket.yaml", "{ticket_email}", "us", "answer.lv: an act `ticket` names the ticket e-mail: write {ticket_email}"),
        ("entries/hours.yaml", "{desk_phone}", "+371 29999999", "answer.lv: +371 29999999 is not in directory.yaml"),
        ("entries/hours.yaml", "{desk_phone}", "boss@else.example", "answer.lv: boss@else.example is not in directory.yaml"),
        ("entries/hours.yaml", "{desk_phone}", "https://else.example/x", "answer.lv: https://else.example/x is not in directory.yaml"),
        ("entries/hours.yaml", "cikos strādājat", "vai 29999999 ir jūsu", "questions.lv: 29999999 is not in directory.yaml"),
        ("entries/hours.yaml", "Darba laiks", "Zvani 29999999", "title.lv: 29999999 is not in directory.yaml"),
        ("entries/hours.yaml", "cikos strādājat", "Kase stāv", "dead.yaml: questions: 'kase stāv' also stands in hours.yaml"),
        ("entries/hours.yaml", "Par darba laiku", "Ļ" * 1000, "characters with its sources: cut it to 1000"),
        ("directory.yaml", "topics: [dead,", "topics: [nothing,", "directory.yaml: topics.0: 'nothing' is no entry"),
        ("directory.yaml", "resolved_entry: bye", "resolved_entry: gone", "directory.yaml: resolved_entry: 'gone' is no entry"),
        ("directory.yaml", "    entry: desk", "    entry: cellar", "directory.yaml: lines.desk.entry: 'cellar' is no entry"),
        ("directory.yaml", '"+37120000001"', '"20000001"', "directory.yaml: lines.desk.phone: does not look right"),
        ("directory.yaml", "company: SIA Paraugs", "company:", "directory.yaml: company: is not a text"),
        ("directory.yaml", "topics: [dead, hours, close]", "topics: []", "directory.yaml: topics: is empty: write at least one"),
        ("directory.yaml", "aliases: [fault@paraugs.example]", "aliases: none", "aliases: is not a list"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_remedy(folder: Path, edit: Edit, file: str, old: str, new: str, told: str) -> None:
    edit(file, old, new)
    assert told in problems(folder)


def test_files_that_are_missing_or_broken_are_named(folder: Path) -> None:
    (folder / "directory.yaml").unlink()
    (folder / "entries" / "dead.yaml").write_bytes(b"\xff\xfe\xff")
    found = problems(folder)
    assert "directory.yaml: cannot be read: put the file there, readable" in found
    assert "dead.yaml: not readable as YAML" in found
    shutil.rmtree(folder / "entries")
    assert "entries/: holds no .yaml file" in problems(folder)


def test_a_file_of_another_shape_is_told_so(folder: Path) -> None:
    (folder / "entries" / "dead.yaml").write_text("just words", "utf-8")
    assert "dead.yaml: the file: is not a mapping" in problems(folder)


def test_overdue_reviews_are_warned_about_and_stop_nothing() -> None:
    knowledge = load_knowledge_base(CONTENT)
    assert overdue_reviews(knowledge, date(2027, 6, 1)) == ()
    assert "close.yaml: review_by: was 2027-06-01" in "\n".join(overdue_reviews(knowledge, date(2027, 6, 2)))


def test_the_shipped_content_is_sound() -> None:
    knowledge = load_knowledge_base()
    assert len(knowledge.entries) == 160
    shelved = {entry for category in knowledge.categories for entry in category.entries}
    assert shelved == {entry.id for entry in knowledge.entries.values() if entry.act is not Act.TALK}
    assert {entry.line for entry in knowledge.entries.values()} <= {*knowledge.directory.lines, LineId("any")}
