"""The form of an outage: from its fields to a draft, and from a kind, an outage or a proposal to its fields; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from bot.console.framework.request import ConsoleRequest
from bot.helpdesk.incidents.outage_proposals import OutageProposal
from handlers.model.announcements import Outage
from handlers.model.context import KnowledgeBundle
from kb.model import Act, Entry, Language
from storage.announcements.outages import OutageDraft

MAX_TEXT_CHARS: Final = 350
"""Of one language: it fits a phone beside an answer."""
MAX_HEADLINE_CHARS: Final = 120
"""The number of a stopped till stands below the headline: it must stay in the first lines."""
MAX_WORDS: Final = 20
MAX_WORD_CHARS: Final = 60
MAX_UNTIL: Final = timedelta(days=7)

OTHER_KIND: Final = "other"
"""What no kind describes; it has no draft."""
SHIPPED_KINDS: Final = ("server", "internet")
"""What is offered where the content names no kinds; their names and drafts are among the program's texts."""

Fields = Mapping[str, str]
"""The fields of the form by name; `topic_<entry>` is set for each entry that is ticked."""

_FAULTS: Final = frozenset({Act.PROBLEM, Act.CRITICAL})


def fault_entries(knowledge: KnowledgeBundle) -> tuple[Entry, ...]:
    """What an outage may be about."""
    return tuple(entry for entry in knowledge.base.entries.values() if entry.act in _FAULTS)


def kind_names(knowledge: KnowledgeBundle, words: Mapping[str, str], language: Language) -> Mapping[str, str]:
    """What each kind is called, in the order in which they are offered."""
    kinds = knowledge.base.directory.outage_kinds
    shipped = {kind: words[f"kind_{kind}"] for kind in SHIPPED_KINDS}
    return {
        **({kind.id: kind.name[language] for kind in kinds} if kinds else shipped),
        OTHER_KIND: words["kind_other"],
    }


def read_draft(request: ConsoleRequest, knowledge: KnowledgeBundle) -> OutageDraft | None:
    """What the form says, if it is whole."""
    languages = knowledge.base.languages
    texts = {language: request.field(f"text_{language}").replace("\r\n", "\n") for language in languages}
    kind = next((one for one in known_kinds(knowledge) if one == request.field("kind")), None)
    words = tuple(dict.fromkeys(" ".join(each.split()) for each in request.field("words").split(",") if each.strip()))
    topics = frozenset(entry.id for entry in fault_entries(knowledge) if request.field(f"topic_{entry.id}"))
    until = _parse_until(request.field("until"), request.zone)
    too_many = len(words) > MAX_WORDS or any(len(word) > MAX_WORD_CHARS for word in words)
    if kind is None or not all(map(_fits, texts.values())) or too_many or not (topics or words):
        return None
    if request.field("until") and (until is None or not request.now < until <= request.now + MAX_UNTIL):
        return None
    return OutageDraft(kind=kind, texts=texts, topics=topics, words=words, expected_until=until)


def _fits(text: str) -> bool:
    return bool(text) and len(text) <= MAX_TEXT_CHARS and len(text.partition("\n")[0]) <= MAX_HEADLINE_CHARS


def known_kinds(knowledge: KnowledgeBundle) -> tuple[str, ...]:
    """What an outage may be: the content's kinds, or the shipped ones, and `other`."""
    return (*([kind.id for kind in knowledge.base.directory.outage_kinds] or SHIPPED_KINDS), OTHER_KIND)


def fields_of_kind(kind: str, knowledge: KnowledgeBundle) -> Fields:
    """The draft that is offered for a kind; it names no time."""
    texts = {language: _draft_text(kind, knowledge, language) for language in knowledge.base.languages}
    return {"kind": kind, **{f"text_{language}": text for language, text in texts.items()}}


def _draft_text(kind: str, knowledge: KnowledgeBundle, language: Language) -> str:
    if kind == OTHER_KIND:
        return ""
    for own in knowledge.base.directory.outage_kinds:
        if own.id == kind:
            return own.draft[language]
    return knowledge.phrases(language, f"outage_draft_{kind}")


def fields_of_proposal(proposal: OutageProposal, knowledge: KnowledgeBundle) -> Fields:
    """The cause that most have named is the headline; where none was named, the agent writes it."""
    entries = [entry for entry in fault_entries(knowledge) if entry.id in proposal.causes]
    ticked = {f"topic_{entry.id}": "1" for entry in entries}
    first = next((entry for entry in entries if entry.id == next(iter(proposal.causes), None)), None)
    texts = {
        f"text_{language}": "" if first is None else f"{first.title[language]}\n{_note(knowledge, language)}"
        for language in knowledge.base.languages
    }
    return {"kind": OTHER_KIND, "incident": str(proposal.incident), **texts, **ticked}


def _note(knowledge: KnowledgeBundle, language: Language) -> str:
    return knowledge.phrases(language, "outage_draft_note")


def fields_of_outage(outage: Outage, languages: Sequence[Language], zone: tzinfo) -> Fields:
    """The outage as it is."""
    until = outage.expected_until
    return {
        "kind": outage.kind,
        **{f"text_{language}": outage.text[language] for language in languages},
        **{f"topic_{entry}": "1" for entry in outage.topics},
        "words": ", ".join(outage.words),
        "until": "" if until is None else f"{until.astimezone(zone):%Y-%m-%dT%H:%M}",
    }


def _parse_until(text: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        return None
