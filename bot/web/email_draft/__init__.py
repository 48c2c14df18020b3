"""The page with the e-mail draft: helps to write it, sends nothing and stores nothing."""

from bot.web.email_draft.draft_page import DraftContent, DraftPage, LastMessages
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
