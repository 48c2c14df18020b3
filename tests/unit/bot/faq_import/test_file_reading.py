"""Files of questions and answers, of every kind that is read, and what is said of those that hold none."""

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.faq_import.articles import Article, FaqFileError
from bot.faq_import.file_reading import read_faq


def read(tmp_path: Path, name: str, text: str) -> tuple[Article, ...]:
    (tmp_path / name).write_text(text, "utf-8")
    found = read_faq(tmp_path / name)
    assert found.mistakes == ()
    return found.articles


def test_the_columns_of_a_table_are_found_by_their_names_in_any_order(tmp_path: Path) -> None:
    text = "Answer;Question;question 2;Link\nNine to five.;When are you open?;hours | opening times;https://a.example\n"
    (one,) = read(tmp_path, "faq.csv", text)
    assert (one.question, one.answer) == ("When are you open?", "Nine to five.")
    assert one.questions == ("hours", "opening times")
    assert (one.source, one.where) == ("https://a.example", "row 2")


def test_rows_of_one_id_or_one_answer_are_one_article(tmp_path: Path) -> None:
    rows = "id,question,answer,title\nhours,when open,Nine.,\nhours,till when,,Hours\n,who,Ann.,\n,whom,Ann.,\n"
    first, second = read(tmp_path, "faq.csv", rows)
    assert (first.id, first.title, first.questions, first.answer) == ("hours", "Hours", ("till when",), "Nine.")
    assert (second.question, second.questions) == ("who", ("whom",))


def test_a_workbook_is_a_table(tmp_path: Path) -> None:
    book = Workbook()
    for row in (("Jautājums", "Atbilde"), ("Kad atvērts?", "No deviņiem.")):
        book.active.append(row)
    book.save(tmp_path / "faq.xlsx")
    (one,) = read_faq(tmp_path / "faq.xlsx").articles
    assert (one.question, one.answer) == ("Kad atvērts?", "No deviņiem.")


def test_faq_page_data_wins_over_what_the_page_shows(tmp_path: Path) -> None:
    data = {
        "@graph": [
            {"@type": "WebSite", "name": "x"},
            {
                "@type": "FAQPage",
                "mainEntity": [
                    {
                        "@type": "Question",
                        "name": "Where to <b>park</b>?",
                        "url": "https://a.example/park",
                        "acceptedAnswer": [{"text": "<p>Behind <strong>the house</strong>.</p><p>8 euros.</p>"}],
                    }
                ],
            },
        ]
    }
    page = (
        '<script type="application/ld+json">not json</script>'
        f'<script type="application/ld+json">{json.dumps(data)}</script><details><summary>A</summary>B</details>'
    )
    (one,) = read(tmp_path, "faq.html", page)
    assert (one.question, one.answer) == ("Where to park?", "Behind the house.\n8 euros.")
    assert (one.source, one.hints) == ("https://a.example/park", ("the house",))


def test_what_folds_out_is_an_article_under_its_heading(tmp_path: Path) -> None:
    page = (
        "<h2>Loans</h2><details><summary>How long?</summary><p>Three weeks.</p><ul><li>books</li><li>films</li></ul>"
        '<p>See <a href="https://a.example/r">the rules</a>.</p></details><details>no summary</details>'
    )
    (one,) = read(tmp_path, "faq.htm", page)
    assert one.answer == "Three weeks.\n– books\n– films\nSee the rules (https://a.example/r)."
    assert (one.question, one.hints) == ("How long?", ("Loans",))


def test_definitions_and_headings_are_read_too(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "faq.html", "<dl><dt>Hours</dt><dd>Nine to five</dd><dt>no meaning</dt></dl>")
    assert (one.question, one.answer) == ("Hours", "Nine to five")
    text = (
        "# Help\n\n## Loans\n\n### How long?\n\nThree **weeks**.\n\n- books\n\n### Nothing below\n\n## Fines\n\nNone.\n"
    )
    first, second = read(tmp_path, "faq.md", text)
    assert (first.question, first.answer) == ("How long?", "Three weeks.\n– books")
    assert first.hints == ("Loans", "weeks")
    assert (second.question, second.answer, second.hints) == ("Fines", "None.", ())


def test_articles_of_chatwoot_and_lists_of_objects_are_read(tmp_path: Path) -> None:
    exported = {
        "payload": [
            {
                "title": "Returns",
                "slug": "returns",
                "content": "Within **two weeks**.\n\n## How\n\nBy post.",
                "category": 1,
            },
            {"title": "Hours", "content": "", "description": "Nine to five."},
        ]
    }
    first, second = read(tmp_path, "articles.json", json.dumps(exported))
    assert (first.question, first.id, first.answer) == ("Returns", "returns", "Within two weeks.\nHow\nBy post.")
    assert second.answer == "Nine to five."
    listed = [{"question": "When?", "title": "Hours", "answer": "<p>At nine.</p>", "questions": ["what time"]}, "odd"]
    (one,) = read(tmp_path, "list.json", json.dumps(listed))
    assert (one.question, one.title, one.answer, one.questions) == ("When?", "Hours", "At nine.", ("what time",))
    (one,) = read(
        tmp_path, "page.json", json.dumps({"@type": "Question", "name": "Q", "acceptedAnswer": {"text": "A"}})
    )
    assert (one.question, one.answer) == ("Q", "A")


def test_intents_of_rasa_are_read_with_their_responses(tmp_path: Path) -> None:
    text = (
        "nlu:\n- intent: faq/ask_hours\n  examples: |\n    - when do you open [tomorrow](time)\n    - opening times\n"
        "- regex: x\nresponses:\n  utter_faq/ask_hours:\n  - text: At nine.\n"
    )
    (one,) = read(tmp_path, "nlu.yml", text)
    assert (one.id, one.question, one.questions) == ("faq/ask_hours", "when do you open tomorrow", ("opening times",))
    assert (one.answer, one.hints) == ("At nine.", ("ask hours",))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("faq.doc", "x", "of no known kind: .csv, .htm, "),
        ("faq.csv", "", "empty"),
        ("faq.csv", "a,b\n1,2\n", "names no column `question`"),
        ("faq.html", "<p>nothing</p>", "no question with an answer"),
        ("faq.json", "{", "no JSON"),
        ("faq.json", "1", "no question with an answer"),
        ("faq.json", '{"payload": 1}', "no question with an answer"),
        ("faq.yml", "a: [", "no YAML"),
        ("faq.yml", "- x", "no question with an answer"),
    ],
)
def test_a_file_without_questions_says_what_it_should_hold(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(FaqFileError, match=told):
        read_faq(tmp_path / name)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FaqFileError, match="No such file"):
        read_faq(tmp_path / "gone.md")


def test_mistakes_are_told_with_their_place_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text("question,answer\nwhen,At nine.\n,nobody asks\nwhere,\n", "utf-8")
    found = read_faq(tmp_path / "faq.csv")
    assert [one.question for one in found.articles] == ["when"]
    assert [str(one) for one in found.mistakes] == [
        "row 3: no question: write how people ask it.",
        "row 4: no answer: write one, or leave it out.",
    ]
