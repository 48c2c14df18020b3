"""The shape of what Paligs knows: frozen values without behaviour beyond look-ups; nothing here reads or writes."""

from kb.model.dialogue_vocabulary import CueId, DialogueAct, SynonymSet, TriggerPhrases
from kb.model.knowledge_base import (
    ANY_LINE,
    URGENT_ACTS,
    Act,
    Category,
    Directory,
    Entry,
    EntryId,
    KnowledgeBase,
    Line,
    LineId,
    Source,
    TicketAddress,
    TicketChannel,
    Trust,
)
from kb.model.languages import LANGUAGES, Language, LanguagePhrases, LanguageTexts, Translations

__all__ = [
    "ANY_LINE",
    "LANGUAGES",
    "URGENT_ACTS",
    "Act",
    "Category",
    "CueId",
    "DialogueAct",
    "Directory",
    "Entry",
    "EntryId",
    "KnowledgeBase",
    "Language",
    "LanguagePhrases",
    "LanguageTexts",
    "Line",
    "LineId",
    "Source",
    "SynonymSet",
    "TicketAddress",
    "TicketChannel",
    "Translations",
    "TriggerPhrases",
    "Trust",
]
