"""The page with the e-mail draft: it shows and helps to write, it sends nothing and keeps nothing."""

from bot.web.email_draft.page import DraftContent, DraftPage, Said
from bot.web.email_draft.tokens import DraftError, DraftExpired, DraftInvalid, DraftRef, DraftTokens

__all__ = [
    "DraftContent",
    "DraftError",
    "DraftExpired",
    "DraftInvalid",
    "DraftPage",
    "DraftRef",
    "DraftTokens",
    "Said",
]
