"""A small knowledge base to match against: the made-up company with concepts, cues and decoys."""

from dataclasses import replace
from functools import cache

from kb.model import KnowledgeBase, Language, SynonymSet, TriggerPhrases
from kb.understanding.pipeline import UnderstandingPipeline
from tests.doubles import small_base

CONCEPTS = (
    SynonymSet(id="printer", forms={"lv": ("printer*",), "ru": ("принтер*",), "en": ("printer*", "receipt machine*")}),
    SynonymSet(
        id="broken", forms={"lv": ("nedrukā", "neiet"), "ru": ("не печатает",), "en": ("does not print", "...")}
    ),
    SynonymSet(id="till", forms={"lv": ("kase*",), "ru": ("касс*",), "en": ("till", "till")}),
)
CUES = {
    "yes": TriggerPhrases(id="yes", phrases={"lv": ("jā", "👍"), "ru": ("да",), "en": ("yes", "that is it")}),
    "resolved": TriggerPhrases(
        id="resolved", phrases={"lv": ("strādā atkal",), "ru": ("работает",), "en": ("it works now",)}
    ),
    "past": TriggerPhrases(id="past", phrases={"lv": ("vakar", "nedarbojās"), "ru": ("вчера",), "en": ("yesterday",)}),
    "conditional": TriggerPhrases(id="conditional", phrases={"lv": ("un ja",), "ru": ("а если",), "en": ("and if",)}),
    "greeting": TriggerPhrases(
        id="greeting", phrases={"lv": ("labdien", "sveiki"), "ru": (), "en": ("hello", "good morning")}
    ),
    "one_device": TriggerPhrases(
        id="one_device", phrases={"lv": ("viena kase",), "ru": ("одна касса",), "en": ("one till",)}
    ),
    "only_till": TriggerPhrases(
        id="only_till", phrases={"lv": ("mums ir viena kase",), "ru": ("касса одна",), "en": ("one till here",)}
    ),
}
OUT_OF_SCOPE: dict[Language, tuple[str, ...]] = {
    "lv": ("kāds rīt laiks", "meklēju darbu"),
    "ru": ("какая завтра погода", "ищу работу"),
    "en": ("will it rain tomorrow", "i look for work"),
}


def trainable_base() -> KnowledgeBase:
    """The made-up company's ten entries with all that a matcher can learn from."""
    return replace(small_base(), concepts=CONCEPTS, cues=CUES, out_of_scope=OUT_OF_SCOPE)


@cache
def pipeline() -> UnderstandingPipeline:
    """One that learnt it."""
    return UnderstandingPipeline(trainable_base())
