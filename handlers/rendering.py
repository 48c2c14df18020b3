"""Turns a decision's actions into the one reply that a person reads; pure, and the same for every channel."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from handlers.details.story import compose_story
from handlers.model.actions import (
    Action,
    Ask,
    AskFeedback,
    CloseHandoffs,
    EraseUser,
    NotifyStaff,
    RecordFeedback,
    Say,
    ShowLine,
    ShowTicketChannel,
)
from handlers.model.details import NO_DETAILS, PersonDetails
from handlers.model.messages import Option, Reply
from handlers.model.phrases import Phrases
from kb.model import Directory, Language

_WEB_ADDRESS: Final = re.compile(r",?\s*https?://[^\s,]+")


@dataclass(frozen=True, kw_only=True)
class EmailDraft:
    """The e-mail draft to offer: the link of its page, or without one the words to copy into an e-mail."""

    url: str | None = None
    last_messages: Sequence[str] = ()
    details: PersonDetails = NO_DETAILS


@dataclass(frozen=True, kw_only=True)
class RenderContext:
    """What is needed to put actions into words. With `prefers_short` a source is named without its web address."""

    phrases: Phrases
    directory: Directory
    language: Language
    prefers_short: bool = False


def render(actions: Iterable[Action], context: RenderContext, draft: EmailDraft) -> Reply | None:
    """One reply: the texts in their order, the sources last, the choices under it. None where nothing is said."""
    texts: list[str] = []
    sources: list[str] = []
    options: tuple[Option, ...] = ()
    for action in actions:
        match action:
            case Say():
                texts.append(action.text)
                sources.append(action.source)
            case Ask():
                texts.append(action.text)
                sources.append(action.source)
                options = action.options
            case ShowLine():
                texts[-1:] = ["\n".join((*texts[-1:], _render_line(action, context)))]
            case ShowTicketChannel():
                texts.append(_render_draft(draft, context))
            case AskFeedback():
                options = options or action.options
            case NotifyStaff() | CloseHandoffs() | RecordFeedback() | EraseUser():
                continue
            case _:
                assert_never(action)
    if not texts:
        return None
    cited = dict.fromkeys(line for source in sources for line in source.splitlines())
    if context.prefers_short:
        cited = dict.fromkeys(_WEB_ADDRESS.sub("", line) for line in cited)
    return Reply(text="\n\n".join((*texts, *(("\n".join(cited),) if cited else ()))), options=options)


def _render_line(action: ShowLine, context: RenderContext) -> str:
    line, language = context.directory.lines[action.line], context.language
    return context.phrases(
        language, "line", phone=line.formatted_phone, name=line.name[language], does=line.purpose[language]
    )


def _render_draft(draft: EmailDraft, context: RenderContext) -> str:
    if draft.url is not None:
        return context.phrases(context.language, "draft_link", url=draft.url)
    details = draft.details
    contact = ", ".join(part for part in (details.name, details.phone) if part)
    body = context.phrases(
        context.language,
        "draft_body",
        said=compose_story(draft.last_messages).replace("\n", " / "),
        place=details.place or "",
        contact=contact,
        device=details.device or "",
    )
    lines = "\n".join(line.rstrip() for line in body.strip().splitlines())
    return context.phrases(context.language, "draft_text", draft=lines)
