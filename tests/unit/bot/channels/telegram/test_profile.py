"""What Telegram shows about the bot."""

import pytest

from bot.channels.telegram.profile import read_profile
from handlers.dialogue.commands import _COMMANDS
from kb.model import LANGUAGES, Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_fit(language: Language) -> None:
    texts = read_profile(language)
    assert 0 < len(texts.description) <= 512
    assert 0 < len(texts.short_description) <= 120
    assert all(0 < len(text) <= 256 for text in texts.commands.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_shown_is_one_that_is_answered(language: Language) -> None:
    assert read_profile(language).commands.keys() <= _COMMANDS.keys()
    assert read_profile(language).commands.keys() == read_profile("lv").commands.keys()
