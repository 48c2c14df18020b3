""" "No, sorry, it works, the monitor was off": a stop that is taken back is asked about, so that nobody is called
off by mistake; pure."""

from typing import Final

from handlers.incident.another_till import TOO
from handlers.incident.device_titles import devices_of_tills
from handlers.incident.recovery import ask_whether_trading_goes_on
from handlers.intents.dispatch import answer_entries
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.statements.clauses import clauses_of
from handlers.statements.still_trades import DENIES
from kb.model import Act, CueId, DialogueAct, Entry
from kb.text.lazy_pattern import LazyPattern

_TAKES_BACK: Final = LazyPattern(
    r"\W*(?:(?:(?:а|a|nu|ну|oh?|ой|ай|oi)\W+)?(?:wait|pag\w*|nope|nē|нет|net|sorry|(?:my )?mistake"
    # "No till works" and "не работает" take nothing back.
    r"|(?:no|nee|ne|не)(?=\s*[,.!;:–-]|\s+(?:ne|не|no|nē|sorry|atvain|piedod|извин|прости|izvin|prosti)\b)"
    r"|(?:it'?s|it is|tas ir|это|eto) (?:just|only|tikai|просто|prosto)|atvainoj\w+|piedod\w*|k[lļ][uū]d[iī]jos"
    r"|извин\w+|прости\w*|ошиб(?:ся|лась|очка)|izvin\w+|prosti\w*|oshib(?:sja|las)|actually|patiesībā"
    r"|вообще[- ]?то)\W+)+"
)
"""How a message opens that takes something back."""
_MEANS: Final = LazyPattern(
    r"\b(?:i mean|i meant|es par|biju domāj\w+|я про|я о|имел\w* в виду|ja pro|imel\w* v vidu)\b"
)
_GOES_ON: Final = LazyPattern(
    r"\W*(?:(?:but|bet|но|а|a|no|un|и|so)\W+)?(?:(?:it|it'?s|she|we|viss|всё|все|она|мы|my|mēs|mes|уже|jau|already"
    r"|now|tagad|сейчас|the|till|tills|kases?|касс[аы]|kass[ay]|-?то|to|ona|vse|uzhe|can|varam|можем|можно|mozhem"
    r"|mozhno|still|vēl|vel|ещё|еще)\W+)*(?:works?|working|strādā|strada|darbojas|iet|работа(?:ет|ют)|заработал[аи]?"
    r"|rabota(?:et|jut|yut)|zarabotal[ai]?|sells?|selling(?: is)?|pārdod\w*|pardod\w*|pārdot|pardot|tirgo\w*"
    r"|торг(?:ует|уем|овать)|прода(?:ет|ёт|ем|ём|вать)|torg(?:uet|uem|ovat)|proda(?:et|em|jom|vat)|is fine|is ok"
    r"|ir kārtībā|в порядке)(?:\W+(?:varam|var|можем|можно|again|atkal|снова|опять|ok|ок|fine|jā|да|labi|normally"
    r"|normal[inoy]*|normāli|нормально|can|still|too|now|tagad|сейчас|jau|уже))*\W*"
)
"""All that a clause says is that it works, or that one sells."""
_CANNOT: Final = LazyPattern(
    r"нельзя|невозможн|nel[jz]|impossible|blocked|neļauj|nelauj|\bhangs?\b|висн|uzkar|uzkār|only|tikai|только|tolko"
    r"|barely|hardly|\bеле\b|tikko|offline|none|\?|black|blue|meln|zils|ч[её]рн|chern|син[ия]|except|iz[nņ]emot|кроме"
    r"|krome|запрещ|zapresh|\bcall\b|zvan|звон|zvon"
)
_MORE: Final = LazyPattern(r"(?:и|i|un|and|also)\b|.*\b(?:either|neither|un|и|and)\b")
"""Another device beside the till, not in its place."""
SURELY_ANOTHER: Final = 0.8
"""From this confidence on another device is meant."""
MAX_WORDS: Final = 12


def taken_back(context: HandlerContext) -> HandlerResult | None:
    """While trading is said to be stopped: whether it goes on, where it was no stop, or is of another device."""
    said = context.text.casefold()
    if not context.session.outage_reported or len(said.split()) > MAX_WORDS or context.act is DialogueAct.WORKS_AGAIN:
        return None
    if context.cue == CueId.RESOLVED or context.open_question() is not None:
        return None
    opened = _TAKES_BACK.match(said)
    if _says_no_more_than_that_it_goes_on(said[opened.end() :] if opened is not None else said):
        return ask_whether_trading_goes_on(context)
    opens = opened is not None or _MEANS.search(said) is not None or context.interpretation.corrects
    more = TOO.search(said) is not None or _MORE.match(said[opened.end() :] if opened is not None else "") is not None
    meant = _another_device(context) if opens and "?" not in said and not more else None
    if meant is None:
        return None
    told, asks = answer_entries(context, meant), ask_whether_trading_goes_on(context)
    session = replace(told.session, question=asks.session.question)
    return replace(told, actions=(*told.actions, *asks.actions), session=session)


def _says_no_more_than_that_it_goes_on(said: str) -> bool:
    """Whether a clause says that it works or sells, and none denies anything."""
    clauses = clauses_of(said)
    denies = _CANNOT.search(said) is not None or any(DENIES.search(clause) is not None for clause in clauses)
    return not denies and any(_GOES_ON.fullmatch(clause) is not None for clause in (*clauses, said))


def _another_device(context: HandlerContext) -> Entry | None:
    """The fault of another device that the message surely means instead."""
    answered, best = context.answered_entry, context.interpretation.best
    if answered is None or best is None or answered.act is not Act.PROBLEM:
        return None
    named = context.knowledge.interpreter.devices_in(context.text)
    another = bool(named) and named.isdisjoint(devices_of_tills(context.knowledge))
    return answered if another and best.confidence >= SURELY_ANOTHER else None
