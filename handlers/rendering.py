"""Turns a decision's actions into the one reply that a person reads; pure, and the same for every channel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from handlers.model.actions import (
    Action,
    Ask,
    AskHelped,
    CloseHandoffs,
    Forget,
    NoteFeedback,
    NotifyStaff,
    Say,
    ShowLine,
    ShowTicketChannel,
)
from handlers.model.messages import Option, Reply
from handlers.model.phrases import Phrases
from kb.model import Directory, Language


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The e-mail draft to offer: the link of its page, or without one the words to copy into an e-mail."""

    url: str | None = None
    said: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Voice:
    """What is needed to put actions into words."""

    phrases: Phrases
    directory: Directory
    language: Language


def render(actions: Iterable[Action], voice: Voice, draft: Draft) -> Reply | None:
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
                texts[-1:] = ["\n".join((*texts[-1:], _line(action, voice)))]
            case ShowTicketChannel():
                texts.append(_draft(draft, voice))
            case AskHelped():
                options = options or action.options
            case NotifyStaff() | CloseHandoffs() | NoteFeedback() | Forget():
                continue
            case _:
                assert_never(action)
    cited = dict.fromkeys(line for source in sources for line in source.splitlines())
    if not texts:
        return None
    return Reply(text="\n\n".join((*texts, *(("\n".join(cited),) if cited else ()))), options=options)


def _line(action: ShowLine, voice: Voice) -> str:
    line, language = voice.directory.lines[action.line], voice.language
    return voice.phrases(language, "line", phone=line.display, name=line.name[language], does=line.does[language])


def _draft(draft: Draft, voice: Voice) -> str:
    if draft.url is not None:
        return voice.phrases(voice.language, "draft_link", url=draft.url)
    body = voice.phrases(voice.language, "draft_body", said=" / ".join(draft.said))
    return voice.phrases(voice.language, "draft_text", draft=body.strip())
