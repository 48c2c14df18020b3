"""A small knowledge base to match against: the made-up company with concepts, cues and decoys."""

from dataclasses import replace
from functools import cache

from kb.model import Concept, Cue, KnowledgeBase, Language
from kb.understanding.pipeline import Matcher
from tests.doubles import small_base

CONCEPTS = (
    Concept(id="printer", forms={"lv": ("printer*",), "ru": ("принтер*",), "en": ("printer*", "receipt machine*")}),
    Concept(id="broken", forms={"lv": ("nedrukā", "neiet"), "ru": ("не печатает",), "en": ("does not print", "...")}),
    Concept(id="till", forms={"lv": ("kase*",), "ru": ("касс*",), "en": ("till", "till")}),
)
CUES = {
    "yes": Cue(id="yes", phrases={"lv": ("jā", "👍"), "ru": ("да",), "en": ("yes", "that is it")}),
    "resolved": Cue(id="resolved", phrases={"lv": ("strādā atkal",), "ru": ("работает",), "en": ("it works now",)}),
    "past": Cue(id="past", phrases={"lv": ("vakar", "nedarbojās"), "ru": ("вчера",), "en": ("yesterday",)}),
    "conditional": Cue(id="conditional", phrases={"lv": ("un ja",), "ru": ("а если",), "en": ("and if",)}),
    "greeting": Cue(id="greeting", phrases={"lv": ("labdien", "sveiki"), "ru": (), "en": ("hello", "good morning")}),
    "one_device": Cue(id="one_device", phrases={"lv": ("viena kase",), "ru": ("одна касса",), "en": ("one till",)}),
}
DECOYS: dict[Language, tuple[str, ...]] = {
    "lv": ("kāds rīt laiks", "meklēju darbu"),
    "ru": ("какая завтра погода", "ищу работу"),
    "en": ("will it rain tomorrow", "i look for work"),
}


def taught() -> KnowledgeBase:
    """The made-up company's ten entries with all that a matcher can learn from."""
    return replace(small_base(), concepts=CONCEPTS, cues=CUES, decoys=DECOYS)


@cache
def matcher() -> Matcher:
    """One that learnt it."""
    return Matcher(taught())
