"""From a message to the entries it may mean, with calibrated probabilities; pure, and the same in every process."""

from collections.abc import Sequence
from enum import StrEnum
from math import exp
from typing import Final

from kb.classifier import trainer
from kb.classifier.calibration import Calibration, Scores
from kb.classifier.scorer import Scorer
from kb.classifier.trainer import URGENT, Learnt
from kb.features.dataset import NONE, taken
from kb.features.featurizer import skeletons, spelt
from kb.model import LANGUAGES, Act, EntryId, KnowledgeBase, Language
from kb.text.language_id import Languages
from kb.text.phonetic import clauses, clean, parts, words
from kb.understanding.cues import Cues
from kb.understanding.explanation import Nearest
from kb.understanding.result import Match, Outcome, Understanding, Why
from kb.understanding.stages.ambiguity import Neighbours
from kb.understanding.stages.contrast import contrast
from kb.understanding.stages.exact_match import WordForWord
from kb.understanding.stages.ticket_request import TicketOrders

SHOWN: Final = 5
WORTH_SHOWING: Final = 0.02
CONTEXT: Final = 0.6
"""How much the topic before counts in a message that goes on about it ("and if it breaks?")."""
GOES_ON: Final = "conditional"
ALARMING: Final = 0.1
"""An urgent entry that is this likely in the middle of a talk is asked about: it must not be missed."""
TALKING: Final = 1.0
"""How much likelier (in log-odds) a message is meant for the bot when a talk is under way."""
CALMING: Final = frozenset({"past", "hypothetical", "one_device"})
"""Cues which say that trading has not stopped now."""
CALMED: Final = 1.0
"""What such a cue takes off the score of a critical entry."""
TAUGHT: Final = 3.0
"""What is added to the score of the entry whose known question the message is, word for word."""
KEPT: Final = 0.99
"""How sure such a match is."""
SAYS_ENOUGH: Final = 4
"""A message of fewer words gets no credit for the talk it stands in: "and EDS?" may go on about anything."""
PARTED: Final = 4
"""A message of fewer words is one thing said."""
STORY: Final = 20
"""A message of so many words tells a story, and what it asks stands in a part of it."""
PARTS_READ: Final = 6


class Rule(StrEnum):
    """What can have the last word about a message."""

    SCORES = "scores"
    KNOWN = "known word for word"
    TOPIC = "goes on about the topic before"
    STORY = "the point of a story"
    CONTRAST = "what is meant without what is set aside"
    ANOTHER_PART = "another part than the small talk"
    TICKET_ORDER = "an order for a ticket"
    NEIGHBOURS = "neighbours that are said alike"


class Matcher:
    """What a knowledge base understands. Training happens here, once; a matcher never changes afterwards."""

    def __init__(self, knowledge: KnowledgeBase, learnt: Learnt | None = None) -> None:
        """`learnt`: what was learnt from this very knowledge before; learnt now where it is not given."""
        found = learnt or trainer.learnt(knowledge)
        apart = found.taken or taken(knowledge)
        self._entries = tuple(EntryId(label) for label in found.model.labels)
        self._place = place = {entry: number for number, entry in enumerate(self._entries)}
        self._calibration: Calibration = found.calibration
        # A greeting or thanks is never what a message of several parts is about.
        self._talk = frozenset(entry.id for entry in knowledge.entries.values() if entry.act is Act.TALK)
        self._critical = [
            place[entry.id] for entry in knowledge.entries.values() if entry.act is Act.CRITICAL and entry.id in place
        ]
        self._reader = apart.reader
        self._scorer = Scorer(found.model, self._reader, apart.used)
        self._cues = Cues(knowledge.cues)
        self._languages = Languages(apart.spoken)
        self._nearest = Nearest(apart.asked)
        self._titles = {
            entry.id: [word for language in LANGUAGES for word in spelt(entry.title[language])]
            for entry in knowledge.entries.values()
        }
        self._orders = TicketOrders(knowledge.cues)
        self._ticket = next((entry.id for entry in knowledge.entries.values() if entry.act is Act.TICKET), None)
        self._urgent = frozenset(entry.id for entry in knowledge.entries.values() if entry.act in URGENT)
        self._faults = frozenset(entry.id for entry in knowledge.entries.values() if entry.act is Act.PROBLEM)
        self._troubles = self._faults | {self._entries[place] for place in self._critical}
        self._neighbours = Neighbours((row.entry, row.said) for row in apart.asked)
        greeting = knowledge.directory.greeting_entry if knowledge.directory.greeting_entry in place else None
        self._known = WordForWord(apart.rows, self._cues.greetings, greeting, self._scorer.readings)

    def cue(self, text: str) -> str | None:
        """The id of the cue that the whole message is (yes, no, first, resolved ...), or None."""
        return self._cues.cue(text)

    def understand(self, text: str, *, language: Language | None = None, after: EntryId | None = None) -> Understanding:
        """What `text` means; `language` is the talk's language so far, `after` the entry that it last was about."""
        cleaned = clean(text)
        spoken = words(cleaned)
        said = skeletons(spoken)
        told = self._languages.tell(spoken) or (language if said else None)
        signals = self._cues.signals(spoken, said)
        if not said:
            return Understanding(outcome=Outcome.UNKNOWN, language=told, signals=signals)
        said = self._cues.matter(said)
        topic = self._topic(after) if self._cues.begins(said, GOES_ON) else None
        matches = self._matches(said, topic, calm=not signals.isdisjoint(CALMING))
        rules = [
            Rule.SCORES if self._known.entry(said)[0] is None else Rule.KNOWN,
            *([Rule.TOPIC] if topic is not None else []),
        ]
        if rules[0] is not Rule.KNOWN and (meant := self._meant(cleaned, matches)):
            matches = meant
            rules.append(Rule.CONTRAST)
        if len(said) >= STORY and self._outcome(matches) is not Outcome.ANSWERED:
            matches, before = self._point(cleaned, matches), matches
            rules += [Rule.STORY] if matches != before else []
        others = self._others(cleaned, matches[0].entry) if len(said) >= PARTED else ()
        if others and matches[0].entry in self._talk:
            matches, others = (others[0], *matches)[:SHOWN], others[1:]
            rules.append(Rule.ANOTHER_PART)
        if self._ticket is not None and self._orders.ordered(spoken):
            matches, others = self._with_ticket(self._ticket, matches, others, said)
            rules.append(Rule.TICKET_ORDER)
        outcome = self._outcome(matches, talking=after is not None and len(said) >= SAYS_ENOUGH)
        known = rules[0] is Rule.KNOWN
        if outcome is Outcome.ANSWERED and not known and (rivals := self._rivals(said, matches[0])):
            outcome, matches = Outcome.CLARIFIED, _put_second(matches, rivals)
            rules.append(Rule.NEIGHBOURS)
        why = self._why(said, matches[0], rules)
        return Understanding(outcome=outcome, matches=matches, others=others, language=told, signals=signals, why=why)

    def _why(self, said: Sequence[str], best: Match, rules: Sequence[Rule]) -> Why:
        asked = self._reader.concepts(self._nearest.words(best.entry, best.question))
        return Why(
            answer_from=round(self._calibration.answer_from, 4),
            clarify_from=round(self._calibration.clarify_from, 4),
            concepts=tuple(concept for concept in self._reader.concepts(said) if concept in asked),
            repairs=best.why,
            known=Rule.KNOWN in rules,
            decided_by=rules[-1].value,
        )

    def _with_ticket(
        self, entry: EntryId, matches: tuple[Match, ...], others: tuple[Match, ...], said: Sequence[str]
    ) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
        """A ticket was ordered in so many words: what it is to be about is said beside it, a stopped till before it."""
        ticket = self._match(entry, KEPT, said, ())
        rest = tuple(match for match in matches if match.entry != entry)
        beside = tuple(match for match in others if match.entry != entry)
        if matches[0].entry != entry and self._outcome(matches) is Outcome.ANSWERED:
            beside = (matches[0], *beside)
        return (ticket, *rest)[:SHOWN], beside

    def _topic(self, after: EntryId | None) -> Scores | None:
        """What the title of the entry that was spoken about scores by itself."""
        title = self._titles.get(after) if after is not None else None
        return self._scorer.scores(title)[0] if title is not None else None

    def _rivals(self, said: Sequence[str], best: Match) -> tuple[Match, ...]:
        """The other faults that a very short report of a fault may mean as well."""
        if best.entry not in self._faults:
            return ()
        rivals = (entry for entry in self._neighbours.rivals(said, best.entry) if entry in self._faults)
        return tuple(self._match(entry, best.score, said, ()) for entry in rivals)

    def _matches(
        self, said: Sequence[str], topic: Scores | None = None, *, calm: bool = False, most: int = SHOWN
    ) -> tuple[Match, ...]:
        """What the message may mean, best first, and no more than so many."""
        scores, repairs = self._scorer.scores(said)
        if calm:
            scores[self._critical] -= CALMED
        if topic is not None:
            scores = scores + CONTEXT * topic
        taught, slip = self._known.entry(said)
        if taught is not None:
            scores[self._place[taught]] = float(scores.max()) + TAUGHT
        order, chances = self._calibration.chances(scores, len(said))
        if taught is not None:
            chances = chances * (0 if taught == NONE else KEPT / chances[0])
        likely = chances[:SHOWN].tolist()
        shown = min(most, max(3, sum(chance >= WORTH_SHOWING for chance in likely)))
        best = zip(order[:shown].tolist(), likely, strict=False)
        return tuple(self._match(self._entries[place], chance, said, slip or repairs) for place, chance in best)

    def _match(self, entry: EntryId, chance: float, said: Sequence[str], repairs: tuple[str, ...]) -> Match:
        question = self._nearest.question(entry, said)
        return Match(entry=entry, score=round(chance, 4), question=question, why=repairs)

    def _outcome(self, matches: Sequence[Match], *, talking: bool = False) -> Outcome:
        enough = self._calibration.answer_from
        if talking:
            enough = 1 / (1 + (1 - enough) / enough * exp(TALKING))
        if matches[0].score >= enough:
            return Outcome.ANSWERED
        urgent = talking and any(match.entry in self._urgent and match.score >= ALARMING for match in matches)
        return Outcome.CLARIFIED if urgent or matches[0].score >= self._calibration.clarify_from else Outcome.UNKNOWN

    def _point(self, cleaned: str, matches: tuple[Match, ...]) -> tuple[Match, ...]:
        """What a long story comes to: the last part that is understood by itself, before what the whole may mean."""
        for part in reversed(parts(cleaned)[-PARTS_READ:]):
            said = _wanted(part)
            best = self._matches(said, most=1)[0] if len(said) >= PARTED - 1 else None
            if best is not None and best.entry not in self._talk and self._outcome((best,)) is Outcome.ANSWERED:
                return (best, *(match for match in matches if match.entry != best.entry))[:SHOWN]
        return matches

    def _meant(self, cleaned: str, matches: tuple[Match, ...]) -> tuple[Match, ...]:
        """What a message may mean that sets something aside; nothing where it does not, or means nothing else then."""
        sides = contrast(cleaned)
        said = self._cues.matter(spelt(sides.meant)) if sides else []
        if sides is None or len(said) < 2 or self._stopped(matches):
            return ()
        meant = self._matches(said)
        if not sides.surely:
            # "Does not print, but blinks" tells a fault twice.
            aside = self._matches(spelt(sides.aside), most=1)
            if aside[0].entry in self._troubles and self._outcome(aside) is not Outcome.UNKNOWN:
                return ()
        same = meant[0].entry == matches[0].entry and meant[0].score <= matches[0].score
        return () if same or self._outcome(meant) is Outcome.UNKNOWN else meant

    def _stopped(self, matches: Sequence[Match]) -> bool:
        """Whether trading has perhaps stopped: that must not be missed."""
        return self._place[matches[0].entry] in self._critical and self._outcome(matches) is not Outcome.UNKNOWN

    def _others(self, cleaned: str, first: EntryId) -> tuple[Match, ...]:
        said_apart = clauses(cleaned)
        found: dict[EntryId, Match] = {}
        for part in (*said_apart[:2], *said_apart[2:][-2:]) if len(said_apart) > 1 else ():
            said = _wanted(part)
            if len(said) > 1:
                matches = self._matches(said, most=1)
                best = matches[0].entry
                if self._outcome(matches) is Outcome.ANSWERED and best != first and best not in self._talk:
                    found.setdefault(matches[0].entry, matches[0])
        return tuple(found.values())


def _wanted(part: str) -> list[str]:
    """What is said in a part of a message, without what it surely sets aside."""
    sides = contrast(part)
    return spelt(sides.meant if sides and sides.surely else part)


def _put_second(matches: tuple[Match, ...], rivals: tuple[Match, ...]) -> tuple[Match, ...]:
    named = {rival.entry for rival in rivals} | {matches[0].entry}
    return (matches[0], *rivals, *(match for match in matches if match.entry not in named))[:SHOWN]
