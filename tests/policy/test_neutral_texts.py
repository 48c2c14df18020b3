"""What ships with the program names nothing of its first company: that stands in its content alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
FIRST_COMPANY: Final = {
    "lv": re.compile(
        r"\b(kas(e|es|i|ei|ē|u|ēm|ēs|ām)|restorān\w*|tirdzniecīb\w*|viesmīl\w*|fiskāl\w*|iiko|EDS|VID|smarttek)\b",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        r"\b(касс\w*|ресторан\w*|торговл\w*|официант\w*|фискальн\w*|айко|iiko|EDS|СГД|smarttek)\b", re.IGNORECASE
    ),
    "en": re.compile(r"\b(tills?|trading|restaurants?|waiters?|fiscal|iiko|EDS|VID|smarttek)\b", re.IGNORECASE),
}
"""Tills, trading, restaurants, what they use and whom they report to; receipts many companies have."""
TEMPLATES: Final = sorted(ROOT.glob("bot/**/templates/*.html"))


def texts(language: str) -> Iterator[tuple[str, str, str]]:
    """Every sentence of every folder of texts that ships: the folder, the key, the sentence."""
    for file in sorted(
        (*ROOT.glob(f"bot/**/texts*/**/{language}.yaml"), ROOT / "handlers" / "texts" / f"{language}.yaml")
    ):
        for key, text in yaml.safe_load(file.read_text("utf-8")).items():
            yield file.parent.name, key, str(text)


@pytest.mark.parametrize("language", FIRST_COMPANY)
def test_no_sentence_of_the_program_names_what_the_first_company_deals_with(language: str) -> None:
    found = list(texts(language))
    assert len(found) > 900
    named = [
        (folder, key, text)
        for folder, key, text in found
        if FIRST_COMPANY[language].search(re.sub(r"\{\w*\}", "", text))
    ]
    assert named == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_no_template_does(template: Path) -> None:
    shown = re.sub(
        r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->|<[^>]*>", " ", template.read_text("utf-8"), flags=re.DOTALL
    )
    assert [pattern.findall(shown) for pattern in FIRST_COMPANY.values() if pattern.search(shown)] == []


def test_the_search_finds_one() -> None:
    for language, sentence in (("lv", "Kase nestrādā"), ("ru", "Касса стоит"), ("en", "The till is down")):
        assert FIRST_COMPANY[language].search(sentence)
