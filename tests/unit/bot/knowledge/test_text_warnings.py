"""What the bot says in English, because the content does not word it, is told by section and key."""

from dataclasses import replace

from bot.knowledge.text_warnings import shipped_sections, text_warnings
from kb.loading.loader import load_knowledge_base
from kb.model import KnowledgeBase, LanguageTexts
from tests.doubles import small_base


def base(texts: dict[str, dict[str, dict[str, str]]]) -> KnowledgeBase:
    small = small_base()
    directory = replace(small.directory, languages=("en", "de"), bot_name=LanguageTexts(de="Linda"))
    return replace(small, directory=directory, texts=texts)


def test_what_a_new_language_lacks_is_named() -> None:
    sections = shipped_sections()
    worded = {section: dict(words) for section, words in sections.items()}
    del worded["chat"]["start"]
    assert text_warnings(base({"de": worded})) == ("texts/de.yaml: chat: start: said in English: add them",)
    nothing = text_warnings(base({}))
    assert len(nothing) == len(sections), "one line a section"
    assert not any(one.startswith("texts/en") for one in nothing), "what ships is there"


def test_a_sentence_that_the_bot_does_not_say_is_named() -> None:
    wrong = replace(base({"en": {"page": {"tittle": "x"}}}))
    found = [one for one in text_warnings(wrong) if one.startswith("texts/en")]
    assert found == ["texts/en.yaml: page: tittle: the bot has no such sentence: correct or remove it"]


def test_the_shipped_content_words_only_what_is_said() -> None:
    assert text_warnings(load_knowledge_base()) == ()
