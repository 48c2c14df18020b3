"""What the web pages share: assets, languages and security headers; knows neither conversations nor content."""

from bot.web.assets import Assets
from bot.web.guards.same_origin import is_same_origin
from bot.web.guards.security_headers import security_headers
from bot.web.language_negotiation import negotiate_language
from bot.web.texts import Texts, TextsError, read_texts

__all__ = ["Assets", "Texts", "TextsError", "is_same_origin", "negotiate_language", "read_texts", "security_headers"]
