"""How likely a message says that trading has stopped, read whole or by the clause that tells it; pure."""

from datetime import datetime
from typing import Final

from handlers.incident.another_till import TOO
from handlers.incident.device_titles import is_of_no_till
from handlers.incident.stopped import ALARM_THRESHOLD, SURELY_STOPPED
from handlers.input.outage_probability import outage_probability
from handlers.model.context import QUESTION_TTL, KnowledgeBundle
from handlers.model.frozen import replace
from handlers.model.messages import Inbound
from handlers.model.session import Incident, Session
from handlers.reading.interpretation import Reader, reader
from handlers.statements.broken_part import broken_part
from handlers.statements.cannot_sell import OF_TRADING, is_no_stop
from handlers.statements.clauses import clauses_of
from handlers.statements.not_stopped import is_surely_no_stop
from handlers.statements.payments import names_cash, takes_no_payment
from handlers.statements.still_trades import says_that_it_trades
from kb.model import Act, CueId
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Interpretation

SURELY_TOLD: Final = 0.9
"""What says so surely that trading has stopped says it, whatever it names: "can't sell a coffee"."""
NOT_ALL: Final = 0.25
"""How likely trading has stopped at most, where `is_no_stop` says that something else is told: that may be asked."""
MIN_TOLD: Final = 0.03
"""A message that is less likely to tell of stopped trading is not taken apart for it."""
SURELY_TOLD_IN_A_CLAUSE: Final = 0.9
TAKES_NO_PAYMENT: Final = 0.97
"""How likely trading has stopped where neither cards nor cash are taken."""
TURNS_IN_SIGHT: Final = 3
CARDS: Final = "card, karte, карта"
MAX_WORDS_OF_MORE: Final = 4
"""So few words may go on about a device without naming it."""
MIN_HINT: Final = 0.05
"""A message in which an urgent entry is less likely than this is not searched for a clause that tells of it."""
MIN_WORDS_OF_CLAUSE: Final = 2
MAX_CLAUSES: Final = 4
MIN_PARTS: Final = 2
_SUBORDINATE: Final = LazyPattern(
    r"\W*(?:ka|lai|vai|kad|чтобы|когда|chtoby|kogda|that|whether|when"
    r"|что(?!-| ?то\b| делать| с\b| за\b| происход| случ)|chto(?!-| ?to\b| delat| s\b| za\b| proishod| sluch))\b"
)
"""Opens a clause that hangs on the one before it."""
_CONDITION: Final = LazyPattern(
    r"\W*(?:(?:labdien|sveiki|labrīt|labrit|hello|hi|здравствуйте|добрый день|привет|спасибо|paldies|thanks)\W+)?"
    r"(?:(?P<latvian>ja)|если|esli|if)\b"
)
"""Opens what may happen; in Latin letters "ja" is a Russian "I" as well."""
_GOES_ON: Final = LazyPattern(
    r"\b(?:(?:kopš|kops)\W+(?:\w+\W+)?vakar\w*|since\W+(?:\w+\W+)?(?:yesterday|last night)"
    r"|со?\W+(?:\w+\W+)?(?:поза)?вчера\w*|so?\W+(?:poza)?vchera\w*)\b"
    r"|\b(?:(?:и )?до сих пор|i? ?do sih por|и сейчас|vēl|vel|joprojām|joprojam|still)\W+(?:\w+\W+)?"
    r"(?:ст[ао]\w+т|не работает|висит|stoit|ne rabotaet|visit|st[aā]v|nestr[aā]d[aā]|neiet|down|dead"
    r"|(?:does|is)(?:n'?t| not) \w+)\b"
)
"""Says that what began yesterday is so still."""
_NOT_ALL_OR_NOT_NOW: Final = frozenset({CueId.ONE_DEVICE, CueId.ELSEWHERE, CueId.HYPOTHETICAL, CueId.CONDITIONAL})


def told_outage(
    text: str, whole: Interpretation, inbound: Inbound, session: Session, knowledge: KnowledgeBundle, now: datetime
) -> tuple[float, Interpretation]:
    """How likely trading has stopped, and what is meant: by the part that tells what is broken, if that says so."""
    if CueId.PAST in whole.signals and _GOES_ON.search(text.casefold()) is not None:
        whole = replace(whole, signals=whole.signals - {CueId.PAST})
    told = outage_probability(whole, _urgent_entries(knowledge))
    if told > NOT_ALL and (is_surely_no_stop(text) or _goes_on_about_another_device(text, session, knowledge, now)):
        return NOT_ALL, whole
    if names_cash(text) and takes_no_payment(text, cards_failed=_told_of_cards(session, knowledge, now)):
        return max(told, TAKES_NO_PAYMENT), whole
    read = reader(inbound, session, knowledge, now)
    if told < SURELY_TOLD and (surely := _told_in_a_clause(text, whole, read, knowledge)):
        return surely
    return _told_beside(told, text, whole, read, knowledge)


def _told_beside(
    told: float, text: str, whole: Interpretation, read: Reader, knowledge: KnowledgeBundle
) -> tuple[float, Interpretation]:
    """As told_outage, where something is said beside it that may deny it, or that works."""
    urgent = _urgent_entries(knowledge)
    if told < MIN_TOLD or not whole.acts:
        return told, whole
    named = any(one.entry in urgent and one.confidence >= SURELY_STOPPED for one in whole.candidates)
    if says_that_it_trades(text) and not named and told < SURELY_TOLD:
        return 0.0, whole
    if told < SURELY_TOLD and is_no_stop(text):
        return min(told, NOT_ALL), whole
    if (left := broken_part(text, knowledge.interpreter.devices_in)) is not None:
        part = replace(read(left), signals=whole.signals)
        if (told_in_part := outage_probability(part, urgent)) >= max(told, ALARM_THRESHOLD):
            return told_in_part, part
    return told, whole


def _goes_on_about_another_device(text: str, session: Session, knowledge: KnowledgeBundle, now: datetime) -> bool:
    """Whether a few words that name no till and nothing of trading go on about a device that is none: "completely
    dead" is the guest display that is talked about.
    """
    topic = knowledge.base.entries.get(session.entry) if session.entry is not None else None
    last = session.turns[-1] if session.turns else None
    fresh = last is not None and now - last.at <= QUESTION_TTL and session.incident is Incident.NONE
    said = text.casefold()
    devices = knowledge.interpreter.devices_in(text)
    told = OF_TRADING.search(said) is not None or (TOO.search(said) is not None and not devices)
    if not fresh or told or len(said.split()) > MAX_WORDS_OF_MORE:
        return False
    if topic is None or topic.act is not Act.PROBLEM or not is_of_no_till(topic, knowledge):
        return False
    return not knowledge.interpreter.names_another_device(text, topic.id)


def _told_of_cards(session: Session, knowledge: KnowledgeBundle, now: datetime) -> bool:
    """Whether it was told lately that cards are not taken: by the fault that was answered, or the words before one."""
    known, entries = knowledge.interpreter, knowledge.base.entries
    cards = known.devices_in(CARDS)
    for turn in session.turns[-TURNS_IN_SIGHT:]:
        if now - turn.at > QUESTION_TTL or turn.act not in (Act.PROBLEM, "clarify"):
            continue
        entry = entries.get(turn.entry) if turn.entry is not None else None
        told = " ".join(turn.tokens if entry is None else entry.title.values())
        if not cards.isdisjoint(known.devices_in(told)):
            return True
    return False


def _told_in_a_clause(
    text: str, whole: Interpretation, read: Reader, knowledge: KnowledgeBundle
) -> tuple[float, Interpretation] | None:
    """As told_outage, of the clause that surely tells that trading has stopped, whatever stands around it: thanks,
    what was done yesterday, who speaks what; None where there is none.
    """
    urgent = _urgent_entries(knowledge)
    hinted = any(one.entry in urgent and one.confidence >= MIN_HINT for one in whole.candidates)
    if not hinted or not whole.acts or not whole.signals.isdisjoint(_NOT_ALL_OR_NOT_NOW):
        return None
    parts = clauses_of(text)
    clauses = [clause for clause in parts if len(clause.split()) >= MIN_WORDS_OF_CLAUSE]
    # A message of one part is known as a whole already.
    if len(parts) < MIN_PARTS or len(clauses) > MAX_CLAUSES:
        return None
    for clause in clauses:
        if _hangs_on_another(clause, first=clause == parts[0], language=whole.language):
            continue
        part = read(clause)
        told = outage_probability(part, urgent)
        if told >= SURELY_TOLD_IN_A_CLAUSE:
            return told, replace(part, signals=(whole.signals - {CueId.PAST}) | part.signals)
    return None


def _hangs_on_another(clause: str, *, first: bool, language: str | None) -> bool:
    """Whether a clause says nothing by itself: "does it happen to others, that the till stops"."""
    condition = _CONDITION.match(clause)
    if condition is not None:
        return condition["latvian"] is None or language == "lv"
    return not first and _SUBORDINATE.match(clause) is not None


def _urgent_entries(knowledge: KnowledgeBundle) -> frozenset[str]:
    return frozenset(entry.id for entry in knowledge.base.entries_of(Act.CRITICAL))
