"""What stands beside thanks or good news in a message: a question or a trouble that must not be lost; pure."""

from datetime import datetime
from typing import Final

from handlers.input.question_form import QUESTION_WORD
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.reading.interpretation import interpret
from handlers.statements.clauses import clauses_of
from kb.model import Act, DialogueAct
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Interpretation, Outcome

MAX_CLAUSES: Final = 4
MIN_WORDS_OF_MATTER: Final = 2
MIN_WORDS_BESIDE_NEWS: Final = 3
"""As MIN_WORDS_OF_MATTER, beside good news: two words ("kā vajag", as it should) ask nothing."""
_CONTRASTS: Final = LazyPattern(r"\b(?:but|bet|tomēr|tomer|но|однако|no|still|joprojām|joprojam|всё равно|все равно)\b")
_THANKS: Final = frozenset({DialogueAct.THANKS, DialogueAct.AGREE})
_CLOSING: Final = _THANKS | {DialogueAct.WORKS_AGAIN}
"""What closes a matter for which nobody was called in."""
_TROUBLE: Final = frozenset(
    {
        DialogueAct.NOT_HELPED,
        DialogueAct.OUTAGE,
        DialogueAct.DEVICE_FAULT,
        DialogueAct.CANNOT_REACH,
    }
)
SURELY_THANKS: Final = 0.6
SURELY_TROUBLE: Final = 0.6


def matter_beside_thanks(
    text: str, whole: Interpretation, inbound: Inbound, session: Session, knowledge: KnowledgeBundle, now: datetime
) -> Interpretation:
    """What is meant by what stands beside thanks or an "all right": "thanks, but how do I print an X report".

    Good news is as thanks, unless people were called in, who have to hear it.
    """
    closing = _CLOSING if session.called_in is None else _THANKS
    if not _is_courteous(whole, knowledge, closing):
        return whole
    clauses = clauses_of(text)
    if not 1 < len(clauses) <= MAX_CLAUSES:
        return whole
    rest = _without_thanks(clauses, session, knowledge, closing)
    asks = (bool(rest) and text.rstrip().endswith("?")) or any(QUESTION_WORD.match(clause) for clause in rest)
    told = asks or _CONTRASTS.search(text.casefold()) is not None
    works = bool(whole.acts) and whole.acts[0].act is DialogueAct.WORKS_AGAIN
    enough = MIN_WORDS_BESIDE_NEWS if works else MIN_WORDS_OF_MATTER
    if not told or len(" ".join(rest).split()) < enough:
        return whole
    _, part = interpret(", ".join(rest), inbound, session, knowledge, now)
    tells = bool(part.acts) and part.acts[0].act in _TROUBLE and part.acts[0].confidence >= SURELY_TROUBLE
    return part if tells or (asks and not _is_courteous(part, knowledge, closing)) else whole


def _without_thanks(
    clauses: list[str], session: Session, knowledge: KnowledgeBundle, closing: frozenset[DialogueAct]
) -> list[str]:
    """The clauses that close nothing; none where no clause does."""
    understand = knowledge.interpreter.understand
    rest = [clause for clause in clauses if not _closes(understand(clause, language=session.language), closing)]
    return rest if len(rest) < len(clauses) else []


def _is_courteous(whole: Interpretation, knowledge: KnowledgeBundle, closing: frozenset[DialogueAct]) -> bool:
    """Whether the whole is taken for thanks, consent, good news or small talk."""
    best = whole.best
    talk = best is not None and whole.outcome is Outcome.ANSWERED and knowledge.base.entries[best.entry].act is Act.TALK
    return talk or (bool(whole.acts) and whole.acts[0].act in closing)


def _closes(clause: Interpretation, closing: frozenset[DialogueAct]) -> bool:
    return bool(clause.acts) and clause.acts[0].act in closing and clause.acts[0].confidence >= SURELY_THANKS
