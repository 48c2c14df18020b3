"""Which language a conversation goes on in: that of the message, unless that is copied off a screen; pure."""

from typing import Final

from handlers.model.session import Session
from kb.model import DialogueAct, Language
from kb.text.tokenize import normalize, tokenize
from kb.understanding.result import Interpretation

SCREEN_LANGUAGE: Final[Language] = "en"
"""What tills and their devices write on their screens, whoever stands before them."""
MAX_LETTERS_OF_NO_LANGUAGE: Final = 3
"""So few Latin letters are a word of several languages: "ta", "no", "un"."""
_SAID_BY_PEOPLE: Final = frozenset(
    "i im we were my our us me you your the a is are was it its this that these what when where why how who which "
    "please pls thanks thank hi hello ok okay yes no and but if do does did have has can cant could will wont would "
    "need want still again now just there here he she they any all sorry english yesterday today tomorrow dont doesnt "
    "didnt ive like also".split()
)
"""English words of people: the text of an error has none of them."""
SETTLED: Final = 2
"""After so many messages in a language one word of thanks in another ends nothing."""
MAX_WORDS_OF_QUOTE: Final = 5
"""More words than these are the person's own."""
_COURTESIES: Final = frozenset("hello hi hey thanks thx paldies sveiki labdien privet spasibo cau".split())
"""Words that are of one language, and said to the bot."""
_THANKS: Final = frozenset("thanks thx paldies spasibo".split())
"""Those that people of other languages say as well."""
_QUOTES: Final = frozenset(
    "raksta rāda rada saka izmet says shows writes пишет пишут выдает выдаёт pishet pishut".split()
)
"""Words that open what is copied off a screen."""


def conversation_language(
    session: Session, interpretation: Interpretation, text: str, *, short: bool
) -> Language | None:
    """The language of the conversation: as chosen; else that of this message, unless it is too short to tell.

    A detail, or the text of an error, stands on a screen in a language that need not be the person's.
    """
    told = interpretation.language
    if session.language_chosen or session.language is None or told is None or told == session.language:
        return session.language if session.language_chosen else told or session.language
    if text.isascii() and len(text) <= MAX_LETTERS_OF_NO_LANGUAGE:
        return session.language
    words = tokenize(normalize(text))
    settled = session.messages_by_language.get(session.language, 0) >= SETTLED
    switches = words[:1] and words[0] in _COURTESIES and not (settled and words[0] in _THANKS)
    alone = text.isascii() and len(words) == 1 and not switches
    if alone or (words and words[0] in _QUOTES and len(words) <= MAX_WORDS_OF_QUOTE):
        return session.language
    own = session.messages_by_language.get(told, 0) > 0
    copied = told == SCREEN_LANGUAGE and not own and _SAID_BY_PEOPLE.isdisjoint(words)
    return session.language if short or copied or _is_detail(interpretation) else told


def _is_detail(interpretation: Interpretation) -> bool:
    return bool(interpretation.acts) and interpretation.acts[0].act is DialogueAct.DETAIL
