"""Which devices the titles of entries name: those of a till, or another's; pure."""

from handlers.model.context import KnowledgeBundle
from kb.model import Act, Entry


def devices_of_tills(knowledge: KnowledgeBundle) -> frozenset[str]:
    """The devices that the titles of stopped trading name."""
    base = knowledge.base
    titles = (title for entry in base.entries_of(Act.CRITICAL) for title in entry.title.values())
    return knowledge.interpreter.devices_in(" ".join(titles))


def is_of_no_till(entry: Entry, knowledge: KnowledgeBundle) -> bool:
    """Whether the title of a fault names other devices alone: where the till works, it may be there still."""
    its = knowledge.interpreter.devices_in(" ".join(entry.title.values()))
    stops = entry.id in knowledge.base.directory.stopped_for_all
    return bool(its) and its.isdisjoint(devices_of_tills(knowledge)) and not stops
