"""What the trouble is, in the person's own words, for the e-mail that they send; pure."""

import re
from collections.abc import Iterable
from typing import Final

from handlers.details.ticket_wording import without_ticket_request
from kb.text.lazy_pattern import LazyPattern

_GREETING: Final = LazyPattern(
    r"(?:labdien|sveiki|sveicin[aā]ti|čau|cau|lab(?:vakar|r[iī]t)|здравствуйте|добрый (?:день|вечер)|доброе утро|привет"
    r"|zdra(?:v?st?v[uy][jyi]?te|ste)|privet|dobr[iy][jy]? (?:den|vecher)"
    r"|hello|hi|hey|good (?:morning|afternoon|evening))"
    r"[\s.,!)]*",
    re.IGNORECASE,
)
MAX_STORY_CHARS: Final = 1500
"""Characters of what was said that the draft begins with."""


def compose_story(messages: Iterable[str]) -> str:
    """What was said without commands, greetings and orders for a ticket, nothing twice; the newest MAX_STORY_CHARS."""
    spoken = (without_ticket_request(words.strip()) for words in messages if not words.startswith("/"))
    kept = list(dict.fromkeys(words for words in spoken if words and not _GREETING.fullmatch(words)))
    while len(kept) > 1 and len("\n".join(kept)) > MAX_STORY_CHARS:
        del kept[0]
    return "\n".join(kept)[:MAX_STORY_CHARS]
