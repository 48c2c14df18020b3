"""The answer to an open question: a tap, a number, or words like "the second one"; pure."""

from collections.abc import Mapping
from typing import Final

from handlers.dialogue.commands import switch_language
from handlers.incident.detail import note_detail
from handlers.intents.answer import shared_problem
from handlers.intents.dispatch import answer_entries
from handlers.model.actions import HandoffReason, NotifyStaff, ShowLine
from handlers.model.context import NONE_OF_THESE, HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind, Option
from handlers.model.past_replies import ASKING_WHICH_FAULT
from handlers.model.session import OpenQuestion, QuestionKind
from handlers.service.venue import choose_till
from kb.model import Act, CueId, DialogueAct, Entry, EntryId, LineId
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Outcome

_NO_CHOICE: Final = frozenset(
    {
        DialogueAct.ASK_NUMBER,
        DialogueAct.ASK_PERSON,
        DialogueAct.CANNOT_REACH,
        DialogueAct.CHASING,
        DialogueAct.THANKS,
        DialogueAct.GREETING,
        DialogueAct.ANGER,
        DialogueAct.CONFUSION,
    }
)
"""Acts that are no answer to "which of these?"."""
_SURELY_NO_CHOICE: Final = frozenset(
    {DialogueAct.WORKS_AGAIN, DialogueAct.NOT_HELPED, DialogueAct.PARTLY, DialogueAct.AGREE}
)
SURELY: Final = 0.6
MIN_OUTAGE_TO_CHOOSE: Final = 0.2
MIN_WORDS_IN_PASSING: Final = 4
MIN_PARTLY: Final = 0.25
MAX_WORDS_OF_MATTER: Final = 4
MIN_MATTER_CONFIDENCE: Final = 0.1
MIN_LINE_CONFIDENCE: Final = 0.5
MIN_CONFIDENCE_FROM_MENU: Final = 0.3
MAX_WORDS_FROM_MENU: Final = 3
MIN_FAULT_ASKED_FOR: Final = 0.03
HOW_TO_STANDS: Final = 0.8
MAX_ASKED: Final = 3
"""More choices than a question between meanings has are a menu: "both" says nothing of them."""
_LATER_ORDINALS: Final = frozenset({CueId.SECOND, CueId.THIRD})
_FIRST_WORD: Final = LazyPattern(r"\b(?:pirm|перв|perv|first)")
MAX_WORDS_OF_PLACE: Final = 6
"""More words than these say more than which of two."""
_ORDINALS: Final[Mapping[str, int]] = {CueId.FIRST: 0, CueId.SECOND: 1, CueId.THIRD: 2, CueId.LAST: -1}


def handle_tap(context: HandlerContext) -> HandlerResult | None:
    """A tap on a choice. One from an older question still works where it names a topic or a line."""
    if context.inbound.kind is not MessageKind.TAP or context.inbound.choice is None:
        return None
    return _apply_choice(context, context.inbound.choice) or _stale_choice(context)


def choose_by_text(context: HandlerContext) -> HandlerResult | None:
    """ "2", "otro", "последний", or the choice's own words, while a question is open."""
    question = context.open_question()
    if question is None:
        return None
    if question.about is QuestionKind.MATTERS:
        return _matter_by_place(context, question)
    if question.about is QuestionKind.TILL:
        option = _option_by_text(context, question)
        return None if option is None else _apply_choice(context, option.id)
    return _choose_of_topics_or_lines(context, question)


def _choose_of_topics_or_lines(context: HandlerContext, question: OpenQuestion) -> HandlerResult | None:
    if _tells_which_device(context):
        return note_detail(context)
    if context.cue == CueId.YES or context.act is DialogueAct.CHOOSE_BOTH:
        shared = _confirm_shared_line(context, question) or _both(context, question)
        if shared is not None:
            return shared
    if context.act in (DialogueAct.DONT_KNOW, DialogueAct.ANY_OF_THEM):
        return _without_preference(context, question)
    if question.about is QuestionKind.LINE and (line := _line_by_words(context)) is not None:
        return _apply_choice(context, line)
    option = _option_by_text(context, question) or _option_by_words(context, question)
    if option is None:
        return _fault_that_was_asked_for(context)
    return _apply_choice(context, option.id) or _stale_choice(context)


def _line_by_words(context: HandlerContext) -> str | None:
    """The line that a few words name: "the technical one"."""
    best = next(iter(context.interpretation.by_itself), None)
    few = len(context.text.split()) <= MAX_WORDS_OF_MATTER and "?" not in context.text
    if best is None or not few or best.confidence < MIN_LINE_CONFIDENCE:
        return None
    lines = context.knowledge.base.directory.lines.values()
    return next((f"line:{line.id}" for line in lines if line.entry == best.entry), None)


def _tells_which_device(context: HandlerContext) -> bool:
    """Whether "the second one", "both" tell which till: it was asked what is the matter with it, and none was named."""
    last = context.last_turn
    asked = last is not None and last.handler == "device_only" and any(sign.isalpha() for sign in context.text)
    told = context.act_confidence(DialogueAct.DETAIL) + context.act_confidence(DialogueAct.CHOOSE_BOTH)
    few = len(context.text.split()) <= MAX_WORDS_FROM_MENU
    return asked and (context.cue in _ORDINALS or (few and told >= SURELY))


def _matter_by_place(context: HandlerContext, question: OpenQuestion) -> HandlerResult | None:
    """ "To otro", "now the first": one of the matters of the message before, if a few words name nothing themselves."""
    if len(context.text.split()) > MAX_WORDS_OF_PLACE or _names_something(context):
        return None
    # "The second one" holds the first ordinal as well: the later one is meant.
    named = {context.cue or "", *(context.interpretation.signals & _LATER_ORDINALS)} & _ORDINALS.keys()
    if not named and _FIRST_WORD.search(context.text.casefold()):
        named = {CueId.FIRST}
    place = max((_ORDINALS[cue] for cue in named), default=len(question.options))
    if place >= len(question.options):
        return None
    result = _apply_choice(context, question.options[place].id)
    return result and replace(result, session=replace(result.session, question=question))


def _names_something(context: HandlerContext) -> bool:
    """Whether the message by itself is surely about an entry."""
    best = context.interpretation.best
    if best is None or context.interpretation.leans:
        return False
    return best.confidence >= SURELY and best.entry != context.session.entry


def _fault_that_was_asked_for(context: HandlerContext) -> HandlerResult | None:
    """ "What exactly isn't working?" "The thing that takes cards": its fault, not how it is used."""
    last, best = context.last_turn, context.interpretation.best
    if last is None or last.handler not in ASKING_WHICH_FAULT or context.act is not None or best is None:
        return None
    how_to = context.entry_of(best).act is Act.ANSWER and best.confidence < HOW_TO_STANDS
    faults = [one for one in context.interpretation.candidates if context.entry_of(one).act is Act.PROBLEM]
    if not how_to or not faults or faults[0].confidence < MIN_FAULT_ASKED_FOR or "?" in context.text:
        return None
    return answer_entries(context, context.entry_of(faults[0]))


def _stale_choice(context: HandlerContext) -> HandlerResult:
    """What was to be chosen is no longer there."""
    return HandlerResult(actions=(context.say("stale_choice"),), session=context.session, act="talk")


def _option_by_text(context: HandlerContext, question: OpenQuestion) -> Option | None:
    real = [option for option in question.options if option.id != NONE_OF_THESE]
    none = next((option for option in question.options if option.id == NONE_OF_THESE), None)
    text = context.text.strip(" .)!#").casefold()
    if context.cue in (CueId.NONE_OF_THESE, CueId.NO):
        return none
    if context.cue == CueId.YES and len(real) == 1:
        return real[0]
    place = _ORDINALS.get(context.cue or "")
    if place is not None and place < len(real):
        return real[place]
    if text.isdecimal() and 0 < int(text) <= len(question.options):
        return question.options[int(text) - 1]
    return next((option for option in question.options if option.title.casefold() == text), None)


def _option_by_words(context: HandlerContext, question: OpenQuestion) -> Option | None:
    """The option whose entry the words mean, of those offered: "virtuvē" after two printers."""
    answered = context.answered_entry
    options = {EntryId(option.id.removeprefix("entry:")): option for option in question.options}
    own_words = not (context.session.outage_reported or context.interpretation.leans)
    named = answered is not None and answered.id in options and own_words
    told = not named and context.act in _SURELY_NO_CHOICE and context.act_confidence(context.act) >= SURELY
    if question.about is QuestionKind.LINE:
        return _line_by_matter(context, question)
    if question.about is not QuestionKind.TOPIC or context.act in _NO_CHOICE or told:
        return None
    if answered is not None and answered.act is Act.CRITICAL and _tells_of_one(context):
        return None
    if answered is not None:
        untold = answered.act is Act.CRITICAL and not _chooses_stopped(context)
        return None if untold and _is_menu(context, question) else options.get(answered.id)
    chosen = context.knowledge.interpreter.choose(
        context.text, tuple(entry for entry in options if entry != NONE_OF_THESE)
    )
    act = context.knowledge.base.entries[chosen].act if chosen is not None else None
    # A detail of a fault asks for no ticket.
    other = act is Act.TICKET and context.act_confidence(DialogueAct.DETAIL) >= SURELY
    if chosen is None or other or (act is Act.CRITICAL and _is_passing_word(context)):
        return None
    return options[chosen] if not _is_menu(context, question) or _may_mean(context, chosen) else None


def _is_menu(context: HandlerContext, question: OpenQuestion) -> bool:
    """Whether the topics of a greeting are offered, of which none was asked for."""
    topics = context.knowledge.base.directory.topics
    return len(topics) > MAX_ASKED and [option.id for option in question.options] == [
        f"entry:{topic}" for topic in topics
    ]


def _may_mean(context: HandlerContext, chosen: EntryId) -> bool:
    """Whether a message that is typed under a menu is likely about one of its topics: a menu asked for none of them."""
    best = context.interpretation.best
    few = len(context.text.split()) <= MAX_WORDS_FROM_MENU and context.act is not DialogueAct.DEVICE_ONLY
    return few and best is not None and best.entry == chosen and best.confidence >= MIN_CONFIDENCE_FROM_MENU


def _line_by_matter(context: HandlerContext, question: OpenQuestion) -> Option | None:
    """The offered line to which the likeliest matters of a few words belong: "about the contract"."""
    if context.act is not None or len(context.text.split()) > MAX_WORDS_OF_MATTER or context.answered_entry is not None:
        return None
    likely = [one for one in context.interpretation.candidates[:2] if one.confidence >= MIN_MATTER_CONFIDENCE]
    lines = {f"line:{context.entry_of(one).line}" for one in likely}
    if len(likely) < 2 or len(lines) > 1:
        return None
    return next((option for option in question.options if option.id in lines), None)


def _tells_of_one(context: HandlerContext) -> bool:
    """Whether one till of several is told of: "one is not starting"."""
    signals = context.interpretation.signals
    return CueId.PART_OF_TRADING in signals and context.act_confidence(DialogueAct.PARTLY) >= MIN_PARTLY


def _chooses_stopped(context: HandlerContext) -> bool:
    """Whether few words name stopped trading; a whole sentence is read as one that nothing was offered before."""
    return context.outage >= MIN_OUTAGE_TO_CHOOSE and len(context.text.split()) < MIN_WORDS_IN_PASSING


def _is_passing_word(context: HandlerContext) -> bool:
    """Whether a longer message says nothing of stopped trading, though it names the till."""
    return context.outage < MIN_OUTAGE_TO_CHOOSE and len(context.text.split()) >= MIN_WORDS_IN_PASSING


def _offered_entries(context: HandlerContext, question: OpenQuestion) -> list[Entry]:
    """The entries that a question offers; those that are gone are left out."""
    known = context.knowledge.base.entries
    ids = (EntryId(option.id.removeprefix("entry:")) for option in question.options)
    return [known[entry] for entry in ids if entry in known]


def _both(context: HandlerContext, question: OpenQuestion) -> HandlerResult | None:
    """Both of two topics, or of two lines: the first two that were offered."""
    if context.act is not DialogueAct.CHOOSE_BOTH:
        return None
    entries = _offered_entries(context, question)
    if len(entries) > MAX_ASKED:
        return None
    if len(entries) >= 2:
        return answer_entries(context, entries[0], entries[1])
    return _without_preference(context, question)


def _without_preference(context: HandlerContext, question: OpenQuestion) -> HandlerResult:
    """ "I do not know", "any": the line that knows, by what was offered or talked about; people are told."""
    directory = context.knowledge.base.directory
    offered = _offered_entries(context, question)
    lines = {line for entry in offered if (line := context.line_of(entry)) is not None}
    line = lines.pop() if len(lines) == 1 else context.session.line or directory.general_line
    if question.about is QuestionKind.TOPIC and len(lines) > 1:
        return context.result(Act.HANDOFF, context.say("lines"), *context.show_lines())
    return _connect_line(context, line)


def _apply_choice(context: HandlerContext, choice: str) -> HandlerResult | None:
    """What a choice leads to; None where it leads nowhere any more."""
    kind, _, name = choice.partition(":")
    base = context.knowledge.base
    if choice == NONE_OF_THESE and context.open_question() is not None:
        kept = replace(context.session, question=None)
        number = context.say_line("or_call", context.line_of_conversation)
        actions = (context.say("rephrase"), number)
        return HandlerResult(actions=actions, session=kept, act="none", outcome=Outcome.UNKNOWN)
    if kind == "entry" and name in base.entries:
        return answer_entries(context, base.entries[EntryId(name)])
    if kind == "line" and name in base.directory.lines:
        return _connect_line(context, LineId(name))
    if kind == "till":
        return choose_till(context, name)
    language = next((known for known in base.languages if choice == f"language:{known}"), None)
    return None if language is None else switch_language(context, language)


def _connect_line(context: HandlerContext, line: LineId) -> HandlerResult:
    return HandlerResult(
        actions=(ShowLine(line=line), NotifyStaff(line=line, reason=HandoffReason.ASKED_FOR_PERSON)),
        session=replace(context.resolved_session, line=line),
        act=Act.HANDOFF,
        line=line,
    )


def _confirm_shared_line(context: HandlerContext, question: OpenQuestion) -> HandlerResult | None:
    """ "Yes" to several faults that all belong to one line: that much is clear."""
    entries = _offered_entries(context, question)
    lines = {entry.line for entry in entries}
    if len(entries) < 2 or len(lines) > 1 or any(entry.act is not Act.PROBLEM for entry in entries):
        return None
    line = lines.pop()
    return HandlerResult(
        actions=(shared_problem(context, line),),
        session=replace(context.resolved_session, line=line),
        act=Act.PROBLEM,
        entry=entries[0].id,
        line=line,
    )
