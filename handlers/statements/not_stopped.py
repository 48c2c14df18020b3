"""Words that tell of no stop, however they sound: there is another till, another thing is meant, it is fine; pure."""

from typing import Final

from handlers.statements.cannot_sell import cannot_sell
from handlers.statements.clauses import clauses_of
from handlers.statements.still_trades import DENIES
from kb.text.lazy_pattern import LazyPattern

_ALL_OR_NONE: Final = LazyPattern(
    r"\b(?:both|all|every|none|nothing|nekas|neko|ничего|nichego|tills|kases|кассы|kassy|nobody|no one|no till|abas"
    r"|abi|visas|viss|neviena?|nevien\w+|обе|все|всё|ни одна|никто|obe|vse|nikto|ni odna)\b"
)
_OTHER_ONE: Final = LazyPattern(
    r"\b(?:but|bet|но|а|no) (?:we |mums |у нас |u nas )?(?:have|has|ir|есть|est) (?:the |an)?"
    r"(?:other|another|second|otr[aā]|cita|друг\w+|втор\w+|drug\w+|vtor\w+)(?: (?:one|till|kase|касса|kassa))?\W*$"
)
_SOME_OF: Final = LazyPattern(
    r"\b(\d) (?:no|of|out of|из|iz) (?:the |our |mūsu |наших )?(\d) (?:kas|till|касс|kass|register)"
)
"""Some tills of several; "3 of 3" are all."""
_NOW_FINE: Final = LazyPattern(
    r"[,.;!]\s*(?:but |bet |но |а |a )?(?:now|tagad|сейчас|теперь|sejchas|teper|already|jau|уже|uzhe) (?:it |viss "
    r"|вс[её] )?(?:ok|ок|okay|works?|working|fine|strādā|strada|darbojas|iet|kārtībā|работает|заработал\w*|норм\w*"
    r"|rabotaet|norm\w*)\W*$"
)
_CONTRAST: Final = LazyPattern(
    r"\W*(?:(?:не|ne) [^\W\d]+(?:ать|ять|ить|еть|at|jat|yat)|nevis [^\W\d]+t),? (?:а|a|bet) "
    r"(?!касс|kas|till|вс|vs|обе|obe|vis|ab[ai]|all|both)[^\W\d]+\W*"
)
"""Sets right what is to be done: "not to sell, to accept"."""
_ADJECTIVE: Final = LazyPattern(
    r"\W*(?:не|ne) (?!торгу|torgu|раб|rab|жив|zhiv)"
    r"[^\W\d]+(?:[нвк](?:ую|ой|ый|ий|ая|ое|ые)|[nvk](?:uju|oj|yj|iy|aja|aya|ye))\W*"
)
"""Sets right which one is meant: "not the till's one"."""
_ASKS_WHETHER_IT_WORKS: Final = LazyPattern(
    r"\W*(?:(?:do|does|is|are|vai|а|a|un|и|and|so)\W+)*(?:(?:the|our|both|all|abas|visas|обе|все|mūsu)\W+)*"
    r"(?:tills?|kases?|касс[аы]|kass[ay])\W+(?:(?:now|jau|уже|tagad|сейчас|uzhe|both|all|visas|abas)\W+)*"
    r"(?:works?|working|strādā|strada|darbojas|работа(?:ет|ют)|rabota(?:et|jut|yut))(?: (?:now|tagad|сейчас|again"
    r"|atkal))?\W*\?\W*"
)


def is_surely_no_stop(text: str) -> bool:
    """Whether there is another till, it is fine now, it is asked whether one works, or another thing is meant."""
    said = text.casefold()
    if any(found.fullmatch(said) is not None for found in (_CONTRAST, _ADJECTIVE, _ASKS_WHETHER_IT_WORKS)):
        return True
    if _NOW_FINE.search(said) is not None and DENIES.search(clauses_of(said)[-1]) is None:
        return True
    some = _SOME_OF.search(said)
    if some is not None and some[1] < some[2] and not cannot_sell(said):
        return True
    return _OTHER_ONE.search(said) is not None and _ALL_OR_NONE.search(said) is None
