"""The page with the e-mail draft: it shows and helps to write, it sends nothing and keeps nothing."""

from bot.web.email_draft.page import DraftContent, DraftPage, LastMessages
from bot.web.email_draft.tokens import DraftLinkError, DraftLinkExpired, DraftLinkInvalid, DraftReference, DraftTokens

__all__ = [
    "DraftContent",
    "DraftLinkError",
    "DraftLinkExpired",
    "DraftLinkInvalid",
    "DraftPage",
    "DraftReference",
    "DraftTokens",
    "LastMessages",
]
