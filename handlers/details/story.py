"""What the trouble is, in the person's own words, for the e-mail that they send; pure."""

import re
from collections.abc import Iterable
from typing import Final

from handlers.details.device_extraction import extract_device
from handlers.details.ticket_wording import without_ticket_request
from kb.model import Act
from kb.text.lazy_pattern import LazyPattern

_GREETING: Final = LazyPattern(
    r"(?:labdien|sveiki|sveicin[aā]ti|čau|cau|lab(?:vakar|r[iī]t)|здравствуйте|добрый (?:день|вечер)|доброе утро|привет"
    r"|zdra(?:v?st?v[uy][jyi]?te|ste)|privet|dobr[iy][jy]? (?:den|vecher)"
    r"|hello|hi|hey|good (?:morning|afternoon|evening))"
    r"[\s.,!)]*",
    re.IGNORECASE,
)
_ASIDE: Final = frozenset({Act.TICKET, Act.HANDOFF, Act.TALK})
"""Acts of messages that are said to the bot, and not of the trouble."""
_PRESSING: Final = frozenset({"ticket_pressed", "passed_on"})
"""Handlers of messages that hold nothing but why a ticket should be made after all, or whether it was."""
_SAID_TO_THE_BOT: Final = frozenset({"confusion", "contact_details", "language", "doubt"})
"""Handlers of messages about the bot or who writes: the draft asks for that in fields of its own."""
_IN_VAIN: Final = LazyPattern(
    r"\W*(?:(?:it|this|that|tas|это|eto)\W+)?"
    r"(?:(?:does|did|do)(?:n'?t| not) help|no help|nepal[iī]dz\w*|не помог\w*|ne pomog\w*)\W*",
    re.IGNORECASE,
)
"""Says no more than that an advice did not help."""
_ASKS_FOR_NUMBER: Final = frozenset({"ask_number", "cannot_reach"})
"""Handlers of messages that may tell the trouble before they ask for a number."""
_DO_IT_YOURSELVES: Final = LazyPattern(
    r"(?=.*\b(?:paš[iaā]s?|pasi|pati|сам[иа]?|sam[ia]?|yourselves|yourself|you)\b)"
    r".*\b(?:noform\w+|pieteik\w+|pieteikt|izdar[iī]t|oform\w+|оформ\w+|сдела\w+|sdela\w+|create|file|register|make"
    r"|do) ?(?:it|to|это|eto)?\b.*",
    re.IGNORECASE,
)
"""Says that the bot should make the ticket, and nothing of the trouble."""
MIN_WORDS_OF_TROUBLE: Final = 5
"""So many words beside the order for a ticket, or the question for a number, say what it is for."""
MAX_STORY_CHARS: Final = 1500
"""Characters of what was said that the draft begins with."""


def tells_of_trouble(message: str, act: str | None, handler: str | None) -> bool:
    """Whether a message that was taken for `act`, and answered by `handler`, belongs to the story.

    What only asks for a ticket, for people or where to write does not, unless it names a device or says more.
    """
    if extract_device(message) is not None:
        return True
    if _DO_IT_YOURSELVES.fullmatch(message) is not None:
        return False
    if act not in _ASIDE:
        words, asks = len(message.split()), message.rstrip().endswith("?")
        bare = (handler in _ASKS_FOR_NUMBER or asks) and words < MIN_WORDS_OF_TROUBLE
        return not bare and _IN_VAIN.fullmatch(message) is None and handler not in _SAID_TO_THE_BOT
    if act != Act.TICKET or handler in _PRESSING or handler in _SAID_TO_THE_BOT:
        return False
    return len(without_ticket_request(message).split()) >= MIN_WORDS_OF_TROUBLE


def compose_story(messages: Iterable[str]) -> str:
    """What was said without commands, greetings and orders for a ticket, nothing twice; the newest MAX_STORY_CHARS."""
    spoken = (without_ticket_request(words.strip()) for words in messages if not words.startswith("/"))
    kept = list(dict.fromkeys(words for words in spoken if words and not _GREETING.fullmatch(words)))
    while len(kept) > 1 and len("\n".join(kept)) > MAX_STORY_CHARS:
        del kept[0]
    return "\n".join(kept)[:MAX_STORY_CHARS]
