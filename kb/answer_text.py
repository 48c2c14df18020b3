"""Fills in what an answer names in braces, and tells its sources; pure."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from kb.model import Directory, Language, Source

SOURCE_LABELS: Final = {
    "lv": "Avots",
    "ru": "Источник",
    "de": "Quelle",
    "lt": "Šaltinis",
    "et": "Allikas",
    "pl": "Źródło",
}
DEFAULT_LABEL: Final = "Source"
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def contacts(directory: Directory) -> Mapping[str, str]:
    """What a text may write in braces, and what stands for it: {technical_phone} -> +371 20110525."""
    phones = {f"{line.id}_phone": line.formatted_phone for line in directory.lines.values()}
    sites = {f"{site}_url": url for site, url in directory.sites.items()}
    ticket = {"ticket_email": directory.ticket_channel.address.email} if directory.takes_tickets else {}
    office = {"office_email": directory.office_email} if directory.office_email else {}
    return MappingProxyType(phones | sites | ticket | office)


def substitute(text: str, values: Mapping[str, str]) -> str:
    """`text` with its {placeholders} replaced; an unknown one stays (kb/loading/validation.py reports it)."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def citation(names: Iterable[str], sources: Mapping[str, Source], directory: Directory, language: Language) -> str:
    """The named sources, one a line; empty where there is none."""
    label = directory.source_label.get(language) or SOURCE_LABELS.get(language, DEFAULT_LABEL)
    return "\n".join(
        ", ".join(filter(None, (f"{label}: {source.title[language]}", source.url)))
        for source in (sources[name] for name in names if name in sources)
    )
