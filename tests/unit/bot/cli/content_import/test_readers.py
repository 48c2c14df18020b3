"""Questions and answers are read out of whatever form a FAQ has, and mistakes are told with their line."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.cli.kb.content_import.articles_export import read_articles
from bot.cli.kb.content_import.faq_item import UNNAMED_LANGUAGE, FaqFile, FaqText
from bot.cli.kb.content_import.html_faq import read_html
from bot.cli.kb.content_import.markdown_faq import read_markdown
from bot.cli.kb.content_import.rasa_nlu import read_rasa
from bot.cli.kb.content_import.reader import holds_questions_only, read_faq
from bot.cli.kb.content_import.table import read_table
from bot.cli.output import FileError

DETAILS = """<!doctype html><html><head><title>FAQ</title><style>p { color: red }</style></head><body>
<header>Menu</header><h1>Questions</h1><h2>Loans</h2>
<details><summary>How long?</summary><p>Three <b>weeks</b>.</p><ul><li>Films: one</li><li>Books: three</li></ul></details>
<p>Not part of it.</p>
<details><summary>How many?</summary>Ten<br>at once.</details>
<details><summary>Where?</summary></details></body></html>"""


def text_of(found: FaqFile, place: int) -> FaqText:
    return found.items[place].texts[UNNAMED_LANGUAGE]


def asked(found: FaqFile) -> Sequence[str]:
    return [item.texts[UNNAMED_LANGUAGE].questions[0] for item in found.items]


def test_details_with_a_summary_are_questions_below_their_heading() -> None:
    found = read_html(DETAILS)
    assert asked(found) == ["How long?", "How many?"]
    first = text_of(found, 0)
    assert (first.answer, first.section, first.emphasis) == (
        "Three weeks.\n- Films: one\n- Books: three", "Loans", ("weeks",)
    )  # fmt: skip
    assert text_of(found, 1).answer == "Ten\nat once."
    assert found.problems == ("line 6: 'Where?' has no answer: write it, or remove the question",)


def test_a_list_of_definitions_is_questions_too() -> None:
    found = read_html("<dl><dt>Price?</dt><dd>Five euros.</dd><dt>Card?</dt><dd>Yes.</dd></dl><p>Imprint</p>")
    assert [(item.number, item.texts[UNNAMED_LANGUAGE].answer) for item in found.items] == [
        (1, "Five euros."), (1, "Yes.")
    ]  # fmt: skip


def test_headings_of_the_level_that_most_often_has_text_are_questions() -> None:
    page = "<h1>FAQ</h1><p>All you ask.</p><h2>Rooms</h2><h3>Pets?</h3><p>Yes.</p><h4>Big ones</h4><p>Too.</p><h3>Bed?</h3><p>Soft.</p>"
    found = read_html(page)
    assert asked(found) == ["Pets?", "Bed?"]
    assert (text_of(found, 0).section, text_of(found, 0).answer) == ("Rooms", "Yes.\nBig ones\nToo.")
    assert read_html("<p>Nothing</p>").problems[0].startswith("line 1: no questions are found")


def test_structured_data_is_read_before_what_the_page_shows() -> None:
    question = {
        "@type": "Question",
        "name": "Is it free?",
        "acceptedAnswer": [{"text": "<p>Yes &amp; <b>always</b></p>"}],
    }
    data = {"@graph": [{"@type": ["WebPage", "FAQPage"], "mainEntity": question}, {"@type": "Person"}]}
    page = f"<link rel=canonical href=https://a.example/faq>\n<script type='application/ld+json'>\n{json.dumps(data)}</script>"
    found = read_html(f"{page}<script>var x = 1</script><h2>Shown</h2><p>text</p>")
    assert (asked(found), found.source) == (["Is it free?"], "https://a.example/faq")
    assert (text_of(found, 0).answer, text_of(found, 0).emphasis) == ("Yes & always", ("always",))
    assert found.items[0].number == 3
    broken = read_html("<p>\n</p><script type='application/ld+json'>{\n'a'</script>")
    assert broken.problems == ("line 3: the JSON-LD is not valid: correct it",)
    empty = json.dumps({"@type": "FAQPage", "mainEntity": [{"acceptedAnswer": {"text": "x"}}, {"name": "Why?"}, "odd"]})
    assert read_html(f"<script type='application/ld+json'>{empty}</script>").problems == (
        "line 1: has no question: write how people ask for it",
        "line 1: 'Why?' has no answer: write it, or remove the question",
    )


def test_a_markdown_file_is_read_by_its_headings_with_its_own_lines() -> None:
    found = read_markdown(
        "# Help\n\nHello.\n\n## Borrow\n\n### How do I borrow?\n\n\n### How long?\n\nThree **weeks**,\nno more.\n\n"
        "- a\n- b\n\n### And fines?\n\nNone.\n\n```\ncode\n```\n"
    )
    assert [(item.number, item.texts[UNNAMED_LANGUAGE].answer) for item in found.items] == [
        (10, "Three weeks, no more.\n- a\n- b"), (18, "None.\ncode")
    ]  # fmt: skip
    assert found.problems == ("line 7: 'How do I borrow?' has no answer: write it, or remove the question",)
    details = read_markdown("Text\n\n<details>\n<summary>Why?</summary>\n\nSo.\n\n</details>\n")
    assert (asked(details), details.items[0].number) == (["Why?"], 4)


def test_intents_of_rasa_are_questions_and_their_responses_answers() -> None:
    found = read_rasa(
        "version: '3.1'\nnlu:\n- intent: faq/opening_hours\n  examples: |\n    - when are you open\n"
        "    - open on [Sunday](day)?\n- intent: loans\n  examples:\n  - text: how long\n- intent: bye\n"
        "  examples: |\n    - bye\n- lookup: city\nresponses:\n  utter_faq/opening_hours:\n  - text: From nine.\n"
        "  utter_loans:\n  - text: Three weeks.\n"
    )
    assert [item.entry_id for item in found.items] == ["faq/opening_hours", "loans"]
    first = text_of(found, 0)
    assert (first.questions, first.answer, first.title) == (
        ("when are you open", "open on Sunday?"), "From nine.", "Opening hours"
    )  # fmt: skip
    assert found.problems == ("line 10: intent bye has no answer: write it as utter_bye under responses",)
    assert read_rasa("nlu: [\n").problems[0].startswith("line 2: not readable as YAML")
    assert read_rasa("rules: []").problems[0].startswith("line 1: no `nlu` list")
    assert read_rasa("nlu:\n- intent: a\n").problems == (
        "line 2: intent a has no answer: write it as utter_a under responses",
    )


def test_published_articles_of_a_help_centre_are_questions() -> None:
    articles = [
        {
            "title": "Pay by card",
            "content": "We take **Visa**.\n\n* and EC",
            "category": {"name": "Paying"},
            "status": "published",
        },
        {"title": "Secret", "content": "x", "status": "draft"},
    ]
    found = read_articles(json.dumps({"payload": articles}, indent=1))
    assert asked(found) == ["Pay by card"]
    text = text_of(found, 0)
    assert (text.answer, text.section, text.emphasis) == ("We take Visa.\n- and EC", "Paying", ("Visa",))
    assert found.items[0].number == 4
    plain = read_articles('[{"question": "Open?", "answer": "Always", "title": "Hours", "category": "Visit"}]')
    assert (asked(plain), text_of(plain, 0).title, text_of(plain, 0).section) == (["Open?"], "Hours", "Visit")
    assert len(read_articles('{"data": {"articles": [{"title": "A", "content": "B"}]}}').items) == 1
    assert read_articles("{\n").problems[0].startswith("line 2: not valid JSON")
    assert read_articles("{}").problems[0].startswith("line 1: no list of articles")


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def test_rows_of_a_table_are_topics_and_rows_without_an_answer_ask_for_the_one_before(tmp_path: Path) -> None:
    file = write(
        tmp_path, "faq.csv",
        "Frage;Antwort;Titel;id\nWann offen?;Ab neun;Zeiten;zeiten\nwann zu | wie lange offen;;;\nauf Sonntag?;;;zeiten\n;Ja;;\nHund?;;;hund\n",
    )  # fmt: skip
    found = read_table(file)
    assert len(found.items) == 1
    assert text_of(found, 0).questions == ("Wann offen?", "wann zu", "wie lange offen", "auf Sonntag?")
    assert found.problems == (
        "line 5: has no question: write how people ask for it",
        "line 6: 'Hund?' has no answer: write it, or remove the question",
    )


def test_a_table_may_hold_several_languages(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["question_de", "Question (en)", "answer_de", "answer en", "note"])
    book.active.append(["Wann?", "When?", "Jetzt", None, "x"])
    book.active.append(["Wo?", "Where?\nwhich place", "Hier", "Here", "x"])
    book.save(tmp_path / "faq.xlsx")
    found = read_faq(tmp_path / "faq.xlsx")
    assert [(one.questions, one.answer) for one in found.items[0].texts.values()] == [
        (("Wo?",), "Hier"), (("Where?", "which place"), "Here")
    ]  # fmt: skip
    assert found.problems == ("line 2: en: 'When?' has no answer: write it, or remove the question",)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for name, text, problem in (
        ("a.csv", "x,answer\n1,2\n", "line 1: no column is called question"),
        ("b.csv", "", "empty"),
        ("a.pdf", "%PDF", "is of no known kind: save it as one of .csv"),
    ):
        with pytest.raises(FileError, match=problem):
            read_faq(write(tmp_path, name, text))
    (tmp_path / "c.md").write_bytes(b"\xff\x00\xfe")
    with pytest.raises(FileError, match="UTF-8"):
        read_faq(tmp_path / "c.md")
    with pytest.raises(FileError, match="name a file that can be read"):
        read_faq(tmp_path / "none.md")


def test_lists_of_questions_for_known_entries_are_told_from_faqs(tmp_path: Path) -> None:
    assert holds_questions_only(write(tmp_path, "a.jsonl", "{}"))
    assert holds_questions_only(write(tmp_path, "b.json", '{"id": "a", "lang": "en", "text": "b"}'))
    assert not holds_questions_only(write(tmp_path, "c.json", '[{"question": "a"}]'))
    assert not holds_questions_only(tmp_path / "d.csv")
    assert holds_questions_only(tmp_path / "none.json"), "what is not there is told by whoever opens it"
