"""What stands beside thanks or good news in a message: a question or a trouble that must not be lost; pure."""

from datetime import datetime
from typing import Final

from handlers.input.good_news import names_what_goes
from handlers.input.question_form import QUESTION_WORD, asks
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.reading.interpretation import Reader, reader
from handlers.statements.clauses import clauses_of
from kb.model import Act, DialogueAct
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Interpretation, Outcome

MAX_CLAUSES: Final = 4
MIN_WORDS_OF_MATTER: Final = 2
MIN_WORDS_BESIDE_NEWS: Final = 3
"""As MIN_WORDS_OF_MATTER, beside good news: two words ("kā vajag", as it should) ask nothing."""
_CONTRASTS: Final = LazyPattern(r"\b(?:but|bet|tomēr|tomer|но|однако|no|still|joprojām|joprojam|всё равно|все равно)\b")
_OPENS_WITH_THANKS: Final = LazyPattern(
    r"\W*(?:(?:ok|okay|labi|skaidrs|super|great|good|хорошо|ладно|понятно|ясно|horosho|ladno|ponjatno|jasno)\W+)*"
    r"(?:(?:liels|большое|огромное|many|bolshoe)\W+)?"
    r"(?:paldies|thanks?(?: you| u)?|thx|tnx|ty|cheers|спасибо|спс|благодарю|spasibo|sps)"
    r"(?: (?:jums|tev|liels|a lot|so much|very much|вам|большое|vam|bolshoe))*\W+"
    r"(?:(?:а|но|и|только|a|no|i|tolko|bet|un|tikai|but|and|only)\W+)?(?=\w)"
)
_OPENS_ANOTHER: Final = LazyPattern(
    r"\W*(?:(?:un|а|a|и|i|and|ok|labi|хорошо|horosho)\W+)?"
    r"(?:(?:another|other|different|new|one more|second) question(?! mark)"
    r"|(?:cits|v[eē]l viens|v[eē]l|jauns|otrs) jaut[aā]jums"
    r"|(?:другой|ещ[её] один|ещ[её]|новый|второй) вопрос|(?:drugoj|drugoi|eshe odin|esho odin|eshe|esho|novyj"
    r"|vtoroj) vopros)\W+(?=\w)"
)
"""Opens a question that has nothing to do with what was talked about."""
_NO_QUESTION: Final = LazyPattern(
    r"\W*(?:when|kad|когда|kogda|what would|what a|kāds|kāda|какой|какая|какие|kakoj|kakaja)\b"
)
"""Without a question mark they tell of a time, or praise."""
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
    read = reader(inbound, session, knowledge, now)
    opener = _OPENS_ANOTHER.match(text.casefold())
    if opener is not None and len((rest := text[opener.end() :]).split()) >= MIN_WORDS_OF_MATTER:
        return read(rest)
    found = _matter_of_clauses(text, whole, read, session, knowledge, closing)
    return found or _asked_after_thanks(text, whole, read, knowledge) or whole


def _matter_of_clauses(
    text: str,
    whole: Interpretation,
    read: Reader,
    session: Session,
    knowledge: KnowledgeBundle,
    closing: frozenset[DialogueAct],
) -> Interpretation | None:
    """What the clauses mean that close nothing, where the whole is taken for thanks and they ask or tell of trouble."""
    clauses = clauses_of(text)
    if not _is_courteous(whole, knowledge, closing) or not 1 < len(clauses) <= MAX_CLAUSES:
        return None
    rest = _without_thanks(clauses, session, knowledge, closing)
    question = (bool(rest) and text.rstrip().endswith("?")) or any(QUESTION_WORD.match(clause) for clause in rest)
    told = question or _CONTRASTS.search(text.casefold()) is not None
    works = bool(whole.acts) and whole.acts[0].act is DialogueAct.WORKS_AGAIN
    enough = MIN_WORDS_BESIDE_NEWS if works else MIN_WORDS_OF_MATTER
    if not told or len(" ".join(rest).split()) < enough:
        return None
    part = read(", ".join(rest))
    tells = bool(part.acts) and part.acts[0].act in _TROUBLE and part.acts[0].confidence >= SURELY_TROUBLE
    return part if tells or (question and not _is_courteous(part, knowledge, closing)) else None


def _asked_after_thanks(
    text: str, whole: Interpretation, read: Reader, knowledge: KnowledgeBundle
) -> Interpretation | None:
    """What a question means without the thanks that it opens with, unless the whole surely means something else."""
    said = text.casefold()
    opening = _OPENS_WITH_THANKS.match(said)
    if opening is None or _is_about_a_matter(whole, knowledge):
        return None
    rest = said[opening.end() :]
    marked = rest.rstrip().endswith("?")
    asked = marked or (asks(rest) and _NO_QUESTION.match(rest) is None)
    if len(rest.split()) < MIN_WORDS_OF_MATTER or not asked or (names_what_goes(rest) and not marked):
        return None
    part = read(rest)
    return None if _is_courteous(part, knowledge, _CLOSING) else part


def _is_about_a_matter(whole: Interpretation, knowledge: KnowledgeBundle) -> bool:
    """Whether the words by themselves are surely about what is no small talk."""
    best = whole.best
    surely = best is not None and whole.outcome is Outcome.ANSWERED and not whole.leans
    return surely and best is not None and knowledge.base.entries[best.entry].act is not Act.TALK


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
