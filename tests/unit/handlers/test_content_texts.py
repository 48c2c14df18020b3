"""The bot's own sentences as the content words them, with the names of the company in them."""

from dataclasses import replace

from handlers.model.phrases import in_words_of
from kb.model import LanguageTexts
from tests.doubles import small_base

SHIPPED = {"en": {"hi": "Hello from {company}", "bye": "Bye, {bot_name}"}, "lv": {"hi": "Labdien", "bye": "Atā"}}


def test_the_content_s_wording_stands_on_top_of_what_ships() -> None:
    directory = replace(
        small_base().directory, company="Lindenhof", languages=("de", "lv"), bot_name=LanguageTexts(de="Linda")
    )
    base = replace(small_base(), directory=directory, texts={"lv": {"chat": {"hi": "Sveiki, te {company}"}}})
    found = in_words_of(base, SHIPPED, "chat")
    assert dict(found) == {
        "de": {"hi": "Hello from Lindenhof", "bye": "Bye, Linda"},
        "lv": {"hi": "Sveiki, te Lindenhof", "bye": "Atā"},
    }, "a language that nobody has worded reads English"
    assert found["fr"] == found["de"], "whoever asks for another reads the first"
    assert in_words_of(base, SHIPPED, "page")["lv"]["hi"] == "Labdien"
