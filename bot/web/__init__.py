"""What the web pages share: their look, languages and security headers; knows nothing of talks or of the company."""

from bot.web.assets import Assets
from bot.web.language_negotiation import negotiate_language
from bot.web.same_origin import is_same_origin
from bot.web.security_headers import security_headers
from bot.web.texts import Texts, TextsError, read_texts

__all__ = ["Assets", "Texts", "TextsError", "is_same_origin", "negotiate_language", "read_texts", "security_headers"]
