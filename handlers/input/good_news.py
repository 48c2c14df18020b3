"""How plainly a message says that it works again: what denies it, what it may be said of, who says it; pure."""

import re
from typing import Final

from handlers.model.context import HandlerContext
from kb.model import CueId, DialogueAct
from kb.text.lazy_pattern import LazyPattern

SURELY_WORKS: Final = 0.85
"""Good news as likely as this is plain, whatever denies or waits for something."""
MIN_THANKS: Final = 0.1
"""Less likely thanks do not add to good news."""
MIN_TROUBLE_BESIDE: Final = 0.2
"""From this probability of trouble on, good news is asked about: "it restarted, and the same again"."""
_DENIES_OR_WAITS: Final = frozenset(
    "ne nē nav vēl vel kad ja vai lai kamēr kamer ne не нет ещё еще когда если пока ли чтобы net esche "
    "kogda esli poka "
    "not no yet when if until once unless never isnt isn't doesnt doesn't wont won't neither none hardly "
    "nobody neviena neviens "
    "едва ни ни-одна никто nikto".split()
)
_UNSURE: Final = frozenset(
    "should hopefully probably maybe guess think seems kidding joking second seconds minute minutes "
    "laikam varbūt varbut cerams liekas "
    "šķiet joks jokoju sekundi sekundes minūti minuti minūtes наверное вроде кажется возможно надеюсь "
    "должно шучу секунду секунды "
    "минуту минуты минут бы почти проверим посмотрим almost gandrīz gandriz redzēs redzes pochti "
    "proverim posmotrim navernoe vrode kazhetsja vozmozhno nadejus shuchu sekundu sekundy minutu minuty "
    "barely hardly scarcely еле едва jele tikko knapi".split()
)
"""Words that doubt or mock what they stand beside, or give it a moment."""
_OF_CALLING: Final = LazyPattern(r"звон|закры|zvon|zvan|zakry|aizvēr|aizver|slēg|call|close|closing")
"""What may have worked out instead: a call, or closing for the day."""
_NO_TROUBLE: Final = LazyPattern(
    r"\b(?:no|nav|нет|net) (?:more|\w*problem\w*|problēm\w+|trouble\w*|issues?|проблем\w*|vain\w+)\b"
)
_FAILS: Final = LazyPattern(
    r"\b(?:not work\w*|\w+n'?t work|nestrād\w+|nestrad\w+|neiet|(?:не|ne) (?:работ|rabot|заработ|zarabot)\w*)"
)
_NOTHING_GOES: Final = LazyPattern(
    r"\b(?:nothing|none|neither|no one|nobody|nekas|neko|neviena?|ничего|ничто|никто|ни одна|nichego|nichto"
    r"|nikto)\b(?:\W+(?:of|them|it|is|are|no|tā|šiem|vairs|из|них|уже|больше|uzhe|bolshe|now|tagad|here|at"
    r"|all)){0,3}\W+(?:works?|working|goes|going|runs?|running|sells?|opens?|responds?|nestr[aā]d\w*|neiet|nedarb\w*"
    r"|nereaģ\w*|never(?:as|ās)|(?:не|ne) (?:работа|ид[её]т|прода|торгу|включа|запуска|реагир|rabota|id[eё]t|proda"
    r"|torgu|vkl|zapusk|reagir)\w*)\b"
)
_AT_LAST: Final = frozenset(
    "nu ok labi tad beidzot ну вот ладно наконец наконец-то то vot nakonec nakonec-to oh well finally at last".split()
)
"""Words of relief, which leave open whether the till works or the line has answered."""
_REPORTED: Final = frozenset(
    "teica saka sakot rakstīja rakstija raksta sola solīja solija сказал сказала сказали говорит говорят пишет пишут "
    "написал обещал обещали skazal skazala skazali govorit govorjat pishet pishut said says say "
    "told claims promised".split()
)
"""Words that report what another has said."""
_HELPED: Final = frozenset(
    "palīdzēja palidzeja līdzēja lidzeja помогло помогла помог помогли pomoglo pomogla pomog helped".split()
)
MAX_WORDS_OF_REMEDY: Final = 4
_REMEDY: Final = LazyPattern(
    r"(?:restart\w*|reboot\w*|reset|pārstart\w+|parstart\w+|restartē\w+|restarte\w*|izslēd\w+|izsled\w+"
    r"|перезагру\w+|перезапу\w+"
    r"|выключ\w+|выкл|perezagru\w+|perezapu\w+|vykljuch\w+|vyklyuch\w+|vykl)$"
)
_RESULT: Final = LazyPattern(
    r"(?i)\b(?:helped|works?|worked|goes|going|runs?|fine|ok|okay|good|again|prints?|up|back|did it|did the trick"
    r"|fixed|palīdz\w+|palidz\w+|līdz\w+|strādā\w*|strada\w*|iet|aizgāja|aizgaja|drukā|druka|labi|viss|помог\w*"
    r"|работа\w*|заработа\w*|пошл\w+|пошел|печата\w*|норм\w*|ок|всё|все|pomog\w*|rabota\w*|zarabota\w*|poshl\w+"
    r"|poshel|pechata\w*|norm\w*|vse)\b"
)
AGAIN: Final = LazyPattern(r"\b(?:atkal|опять|снова|opjat|opyat|opiat|snova|again)\b")
"""Says that what was over is there once more; or, with good news, that it works as before."""
_GOES: Final = LazyPattern(
    r"(?:work|ok|fine|good|up|run|goes|going|print|sell|back|live|alive|open|strād|strad|iet|dzīv|dziv"
    r"|ir\W*$|druk|pārdod|pardod|labi|kārt"
    r"|kart|работ|заработ|идет|идёт|печат|прода|торгу|норм|ок\W*$|жив|есть|rabot|zarabot|idet|pechat"
    r"|proda|torgu|norm|zhiv|est)"
)
"""How words begin that tell that something goes."""
_CAME_BACK: Final = LazyPattern(
    r"(?:palaid[āa]s|aiziet|atgriez|par[āa]d[īi]j|iesl[ēe]dz[āa]s|atdz[īi]v|ats[āa]k|atsal|came|started|loaded|booted"
    r"|salabo|sak[āa]rto|nov[ēe]rs|savieno|piesl[ēe]dz|connected|online|repaired|починил|исправил|поправил|наладил"
    r"|подключил|прошл|pochinil|ispravil|popravil|naladil|podklyuchil|podkljuchil"
    r"|включил[аио]?с|отпусти|открыл[аио]?с|появил|вернул|ожил|очнул|поехал|запустил[аио]?с"
    r"|vkl[jyi]*uchil[aio]?s|otpusti|otkryl[aio]?s|po[jy]avil|vernul|ozhil|ochnul|po[je]+hal|zapustil[aio]?s)"
)
"""How words begin that tell that something has come back by itself."""
_OPENING_DENIAL: Final = re.compile(r"^(?:nē|ne|нет|не|net|no)\s*[,.!]\s*")
_QUESTION_MARK: Final = "?"


def good_news_probability(context: HandlerContext) -> float:
    """How likely it is good news; thanks beside it tell the same: "phew, it's alive, cheers"."""
    works = context.act_confidence(DialogueAct.WORKS_AGAIN)
    thanks = context.act_confidence(DialogueAct.THANKS)
    return works + thanks if works > thanks >= MIN_THANKS else works


def says_it_helped(text: str) -> bool:
    """Whether a remedy is said to have helped: "off and on, helped"."""
    said = set(_words(text.casefold()))
    return not _HELPED.isdisjoint(said) and _DENIES_OR_WAITS.isdisjoint(said) and _QUESTION_MARK not in text


def tells_only_of_remedy(text: str) -> bool:
    """Whether few words say what was tried, and not what came of it: "restarted it"."""
    said = _words(text.casefold())
    return len(said) <= MAX_WORDS_OF_REMEDY and any(_REMEDY.match(word) for word in said) and not _RESULT.search(text)


def tells_of_return(text: str) -> bool:
    """Whether "again" is said of something else than that it works: "it came on, and dark again"."""
    words = _words(text.casefold())
    return any(
        AGAIN.match(word) is not None and not _goes(words[max(0, place - 2) : place + 3])
        for place, word in enumerate(words)
    )


def _goes(words: list[str]) -> bool:
    # English "on", beside "again"; "он" in Latin letters is the thing itself.
    return any(map(_GOES.match, words)) or ("on" in words and any(word.startswith("again") for word in words))


def names_what_goes(text: str) -> bool:
    """Whether a word stands in it that tells that something goes, or that it helped: "turned on" alone has none."""
    words = _words(text.strip("!?. "))
    return _RESULT.search(text) is not None or any(map(_GOES.match, words)) or any(map(_CAME_BACK.match, words))


def says_nothing_goes(text: str) -> bool:
    """Whether nothing, or none of it, is said to go: "nothing works now"."""
    return _NOTHING_GOES.search(text.casefold()) is not None


def says_it_fails(text: str) -> bool:
    """Whether it is said in so many words that something does not work."""
    return _FAILS.search(text.casefold()) is not None


def says_it_works(context: HandlerContext) -> bool:
    """Whether words of good news stand in it, and none that denies them."""
    return CueId.RESOLVED in context.interpretation.signals and not denies_or_waits(context)


def denies_or_waits(context: HandlerContext) -> bool:
    """Whether a word denies, or makes it depend on something: "not yet", "when it works"."""
    return not _DENIES_OR_WAITS.isdisjoint(_words(context.text))


def waits(context: HandlerContext) -> bool:
    """As denies_or_waits, but for a denial that the message opens with: "no, it works already"."""
    said = _NO_TROUBLE.sub("", _OPENING_DENIAL.sub("", context.text.casefold()))
    return not _DENIES_OR_WAITS.isdisjoint(_words(said))


def is_reported(context: HandlerContext) -> bool:
    """Whether words stand in it that report, doubt or put off."""
    return not (_REPORTED | _UNSURE).isdisjoint(_words(context.text))


def is_doubtful(context: HandlerContext) -> bool:
    """Whether it may not be said of the till that stands, or not by who stands before it."""
    words = _words(context.text)
    asked_or_reported = _QUESTION_MARK in context.text or not (_REPORTED | _UNSURE).isdisjoint(words)
    asked_or_reported = asked_or_reported or waits(context) or _OF_CALLING.search(context.text.casefold()) is not None
    trouble = context.act_confidence(DialogueAct.OUTAGE) + context.act_confidence(DialogueAct.NOT_HELPED)
    return asked_or_reported or trouble >= MIN_TROUBLE_BESIDE or _tells_of_a_part(context) or _only_at_last(context)


def _tells_of_a_part(context: HandlerContext) -> bool:
    """Whether it may be good news of a part alone: "it takes cards" says nothing of the till that stands."""
    return CueId.PART_OF_TRADING in context.interpretation.signals and context.cue != CueId.RESOLVED


def _only_at_last(context: HandlerContext) -> bool:
    """Whether it is "finally" and no more: the line may be meant, that answers at last."""
    return _AT_LAST.issuperset(_words(context.text.strip("!… ")))


def _words(text: str) -> list[str]:
    return text.casefold().replace(",", " ").replace(".", " ").split()
