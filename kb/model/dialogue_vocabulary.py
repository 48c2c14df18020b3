"""What people say to the bot itself: cues and dialogue acts, and words that mean the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kb.model.languages import Language


@dataclass(frozen=True, kw_only=True)
class SynonymSet:
    """Surface forms that mean the same in each language; a form ending in * stands for every word that begins so."""

    id: str
    forms: Mapping[Language, tuple[str, ...]]


class CueId(StrEnum):
    """Every cue that the code reads; the content files may hold these and no others."""

    YES = "yes"
    NO = "no"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    LAST = "last"
    NONE_OF_THESE = "none_of_these"
    AGAIN = "again"
    RESOLVED = "resolved"
    CALLING = "calling"
    DOUBT = "doubt"
    ACKNOWLEDGE = "acknowledge"
    CANCEL = "cancel"
    MY_VENUE = "my_venue"
    LANGUAGE_LV = "language_lv"
    LANGUAGE_RU = "language_ru"
    LANGUAGE_EN = "language_en"
    PAST = "past"
    TODAY = "today"
    HYPOTHETICAL = "hypothetical"
    ONE_DEVICE = "one_device"
    ONLY_TILL = "only_till"
    PART_OF_TRADING = "part_of_trading"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    EMERGENCY_EVERYONE = "emergency_everyone"
    EVERYONE = "everyone"
    REPEAT_TICKET = "repeat_ticket"
    GREETING = "greeting"
    CONDITIONAL = "conditional"
    CORRECTION = "correction"
    POLITENESS = "politeness"
    ELSEWHERE = "elsewhere"
    TICKET_ORDER = "ticket_order"
    TICKET_SENDING = "ticket_sending"
    TICKET_NOUN = "ticket_noun"


class DialogueAct(StrEnum):
    """What a message does in the conversation, beside what it is about; content files may hold these only."""

    ASK_NUMBER = "ask_number"
    """Asks for a phone number, or whom to ask."""
    CANNOT_REACH = "cannot_reach"
    """Rang in vain."""
    ASK_PERSON = "ask_person"
    """Wants a human, a call back, somebody sent."""
    CHASING = "chasing"
    """Asks when it will be mended, or where somebody is."""
    ASK_PASSED_ON = "ask_passed_on"
    """Asks whether it was passed on, written down or sent."""
    NOT_HELPED = "not_helped"
    """The advice did not help; the same again."""
    WORKS_AGAIN = "works_again"
    """Says plainly that it works again."""
    PARTLY = "partly"
    """Works partly; trading goes on."""
    BARE_FAULT = "bare_fault"
    """A fault or a cry for help that names no device."""
    DEVICE_FAULT = "device_fault"
    """A fault of a device or function that no entry need know."""
    DETAIL = "detail"
    """Which till, since when, which error, who and where: an answer to what was asked."""
    INSIST = "insist"
    """Presses for an answer that was just not given."""
    ELABORATE = "elaborate"
    """A bare question about the answer before: why, how, where."""
    ASK_PRICE_FOLLOW = "ask_price_follow"
    """What does that cost?"""
    ASK_TIME_FOLLOW = "ask_time_follow"
    """By when, how long?"""
    CHOOSE_BOTH = "choose_both"
    """Both, or all of what was offered."""
    DONT_KNOW = "dont_know"
    """Does not know."""
    ANY_OF_THEM = "any_of_them"
    """Any of what was offered."""
    AGREE = "agree"
    """All right, understood."""
    THANKS = "thanks"
    """Thanks, or goodbye."""
    GREETING = "greeting"
    """Greets, or says that there is a question."""
    SMALL_TALK = "small_talk"
    """How are you, who are you."""
    ANGER = "anger"
    """Swears, is sarcastic, complains."""
    CONFUSION = "confusion"
    """Did not understand the bot."""
    WRONG_ANSWER = "wrong_answer"
    """The answer was not what was asked."""
    CALLING_NOW = "calling_now"
    """Is about to call."""
    TICKET_PUSH = "ticket_push"
    """Presses for a ticket in chat."""
    WHICH_EMAIL = "which_email"
    """Which address, and what to write."""
    FORWARD_MEDIA = "forward_media"
    """Says that a picture or recording comes."""
    DEVICE_ONLY = "device_only"
    """Names a device and says nothing of it."""
    OUTAGE = "outage"
    """Trading has stopped now."""
    OTHER = "other"
    """None of these: it is about a topic."""


@dataclass(frozen=True, kw_only=True)
class TriggerPhrases:
    """A short thing that people say to the bot itself (yes, the second one, it works again), in each language."""

    id: str
    phrases: Mapping[Language, tuple[str, ...]]
