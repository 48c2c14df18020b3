"""The knowledge base as JSON-ready data, as `paligs kb export` prints it; its keys are a contract."""

from kb.model import Entry, KnowledgeBase, Translations


def export_json(knowledge: KnowledgeBase) -> dict[str, object]:
    """The knowledge base as JSON-ready data: {"entries": [...], "lines": {...}, ...}."""
    directory = knowledge.directory
    return {
        "version": knowledge.version,
        "entries": [_entry_json(entry) for entry in knowledge.entries.values()],
        "lines": {
            line.id: {"phone": line.phone, "name": _translations(line.name), "does": _translations(line.purpose)}
            for line in directory.lines.values()
        },
        "ticket_channel": {"name": directory.ticket_channel.name, "email": directory.ticket_channel.address.email},
        "sources": {
            source.id: {"title": _translations(source.title), "url": source.url}
            for source in knowledge.sources.values()
        },
    }


def _translations(translations: Translations) -> dict[str, str]:
    return dict(translations)


def _entry_json(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "act": entry.act.value,
        "line": entry.line,
        "trust": entry.trust.value,
        "sources": list(entry.sources),
        "review_by": entry.review_by.isoformat(),
        "titles": _translations(entry.title),
        "questions": {language: list(asked) for language, asked in entry.questions.items()},
        "answers": {language: entry.answer(language) for language in entry.title},
    }
