"""What the web pages share: their look, languages and security headers; knows nothing of talks or of the company."""

from bot.pages.assets import Assets
from bot.pages.headers import security_headers
from bot.pages.languages import choose
from bot.pages.origin import from_own_page
from bot.pages.texts import Texts, TextsError, read_texts

__all__ = ["Assets", "Texts", "TextsError", "choose", "from_own_page", "read_texts", "security_headers"]
