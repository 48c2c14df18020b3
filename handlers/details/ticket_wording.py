"""Takes the order for a ticket ("uztaisi pieteikumu") out of what was said: it is not the trouble; pure."""

import re
from collections.abc import Sequence
from typing import Final

from kb.text.lazy_pattern import LazyPattern

MAX_REQUEST_WORDS: Final = 15
"""Words of an order at the end of a message."""

_TOKEN: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NOUN: Final = LazyPattern(
    r"pieteikum(?:s|u|a|am|us)|tiket(?:s|u|a)|biļeti|za[jy]avk[auie]|ticket|заявк[аиуе]|тикета?|обращение",
    re.IGNORECASE,
)
_VERB: Final = LazyPattern(
    r"(?:uz|pa)?tais(?:i|iet|īt|it|ām|am)|(?:iz)?veido(?:jiet|jam|t)?|(?:no|pie|ie)?re[gģ]istr[eē](?:jiet|t)?"
    r"|(?:no)?formē(?:jiet|t)?|noforme(?:jiet|t)?|piesak(?:i|iet|ām)|pieteikt|pierakst(?:i|iet|īt|it)|atver(?:iet)?|atvērt|atvert"
    r"|iesnie(?:dz|dziet|gt)|(?:no|aiz)?sūt(?:i|iet|īt)|gribu|gribam|vajag|vajadzīgs|vajadzīga|vēlos|velos|varat|vari|var"
    r"|сделай(?:те)?|сделать|создай(?:те)?|создать|оформи(?:те|ть)?|завед(?:и|ите)|завести|откро(?:й|йте)|открыть"
    r"|зарегистриру(?:й|йте)|зарегистрировать|пода(?:й|йте|ть)|прими(?:те)?|составь(?:те)?|составить|запиши(?:те)?|записать"
    r"|отправь(?:те)?|отправить|хочу|хотим|хотел|хотела|нужн[ао]|надо|можете|можешь|можно"
    r"|sdela[jy](?:te)?|sozda[jy](?:te)?|oformi(?:te)?|zaved(?:i|ite)|otkro[jy](?:te)?"
    r"|create|make|open|raise|log|register|submit|file|send|want|need|like|can|could|would",
    re.IGNORECASE,
)
_FILLER: Final = LazyPattern(
    r"nu|tad|lūdzu|ludzu|man|mums|es|mēs|vienkārši|vienkarsi|taču|tomēr|vai|kā|ka|kur|kopā|jaunu|vienu|šo|par|to|manā|manu|un|bet|jūs|tu|vietā"
    r"|ну|тогда|пожалуйста|плиз|мне|нам|я|мы|просто|же|бы|как|где|новую|одну|эту|это|об|о|этом|на|уже|вы|ты|а|и|за|меня|нас"
    r"|please|pls|plz|just|then|me|us|i|i'd|id|we|you|a|an|the|one|new|support|service|how|to|do|where|for|about|this|that|it|and|so|ok|okay|up|my",
    re.IGNORECASE,
)
_CONNECTOR: Final = LazyPattern(
    r"ka|par|to|jo|lūdzu|ludzu|что|о|об|том|на|пожалуйста|that|about|because|please|pls", re.IGNORECASE
)
_END_OF_CLAUSE: Final = re.compile(r"[.,;:!?\n]")


def without_ticket_request(message: str) -> str:
    """What is left of a message without the order for a ticket; the whole message where it holds none."""
    tokens = list(_TOKEN.finditer(message))
    words = [token[0] for token in tokens]
    if _is_request(words) and all(_is_part(word) for word in words):
        return ""
    start, end = _leading_request(words), _trailing_request(message, tokens)
    if start == 0 and end == len(words):
        return message
    if start >= end:
        return ""
    kept = message[tokens[start].start() if start else 0 : tokens[end].start() if end < len(words) else None]
    return kept.strip(" \t\r\n,;:–-")


def _leading_request(words: Sequence[str]) -> int:
    """How many words at the start are the order."""
    run = next((place for place, word in enumerate(words) if not _is_part(word)), len(words))
    if not _is_request(words[:run]):
        return 0
    end = max(place for place in range(run) if _NOUN.fullmatch(words[place])) + 1
    while end < len(words) and _CONNECTOR.fullmatch(words[end]):
        end += 1
    return end


def _trailing_request(message: str, tokens: Sequence[re.Match[str]]) -> int:
    """The place where the order at the end begins; the number of words where there is none."""
    words = [token[0] for token in tokens]
    start = len(words)
    while start > max(0, len(words) - MAX_REQUEST_WORDS) and _is_part(words[start - 1]):
        complete = _is_request(words[start:])
        if complete and _END_OF_CLAUSE.search(message, tokens[start - 1].end(), tokens[start].start()):
            break
        start -= 1
    return start if _is_request(words[start:]) else len(words)


def _is_request(words: Sequence[str]) -> bool:
    return any(map(_NOUN.fullmatch, words)) and any(map(_VERB.fullmatch, words))


def _is_part(word: str) -> bool:
    return any(pattern.fullmatch(word) for pattern in (_NOUN, _VERB, _FILLER))
