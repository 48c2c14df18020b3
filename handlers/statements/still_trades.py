"""Whether a message tells that tills work or sell, and denies nothing of it; pure."""

from typing import Final

from handlers.statements.clauses import clauses_of
from kb.text.lazy_pattern import LazyPattern

DENIES: Final = LazyPattern(
    r"\b(?:not?|none|never|neither|nothing|nobody|cannot|can't|cant|\w+n't|dont|doesnt|isnt|arent|wont|without|nav"
    r"|ne\w*|nē|не\w*|нет|ни\w*|без|net|ni\w*|bez|slikti|плохо|ploho|dead|down|stuck|frozen|stop\w*|quit|pārstāj\w*"
    r"|parstaj\w*|beidz(?!ot\b)\w*|atteic\w*|перестал\w*|прекратил\w*|отказ\w*|perestal\w*|otkaz\w*|завис\w*|вис[ия]т"
    r"|легл\w*|лежит|умер\w*|сдох\w*|zavis\w*|visit|legla|umer\w*|uzkār\w*|uzkar\w*|karāj\w*|karaj\w*|froze|crash\w*"
    r"|hangs?)\b"
)
"""Words that deny, or say that something has stopped."""
TRADES: Final = LazyPattern(
    r"\b(?:works?|working|sells?|selling|strādā|strada|darbojas|pārdod\w*|pardod\w*|tirgo\w*|работа(?:ет"
    r"|ют|ем)|торгу(?:ет|ют|ем)"
    r"|прода(?:ют|[её]т|ем|ём)|пашет|пашут|rabota(?:et|jut|yut|ut|em|jet|jem)"
    r"|torgu(?:et|jut|yut|em|jem)|proda(?:jut|yut|em|[eё]t|jet|jot)|pashet|pashut)\b"
)
_TILL_WORKS: Final = LazyPattern(
    r"^\W*(?:bet |nē,? |no, |but |а |но |a |na |на |no (?=kass))?(?:the |my |our )?"
    r"(?:kase|kases|касса|кассы|кассе|kassa|kassy|kasse|till|tills)"
    r"(?:[ -](?:gan|jau|vēl|vel|то|же|ещё|еще|уже|to|zhe|uzhe|is|are|itself|sama|pati|visas|all|все|vse))*"
    r" (?:iet|strādā|strada|darbojas|ir kārtībā|ir kartiba|pārdod|pardod|tirgo"
    r"|works?|working|в порядке|ok|ок|norm\w*|норм\w*|fine|good|sells?|selling"
    r"|работа(?:ет|ют)|rabota(?:et|jut|yut)|пробивает|probivaet|прода(?:[её]т|ют|ем|ём)|proda(?:et|jut|em|jom)"
    r"|торгует|torguet|продажа ид[её]т|prodazha idet)"
    r"(?: (?:jā|ja|да|da|yes|fine|ok|normāli|normali|нормально|normalno|labi))?\W*$"
)
"""Few words that tell of the till itself that it works."""
_TILL_OR_TROUBLE: Final = LazyPattern(
    r"\b(?:kas(?:e|i|ē|ei|es|ēm|ēs|u)|касс\w*|kass\w*|tills?|registers?|pos"
    r"|nevar\w*|neko|nekas|neviens|nevien\w*|nesit\w*|neizsit\w*|nepārdod\w*|nepardod\w*"
    r"|nav iespējam\w*|nav iespejam\w*"
    r"|can'?t|can ?not|unable|(?:won|doesn|don|isn)'?t|nothing|nobody|no one"
    r"|не ?(?:мож|мог|проб|прода|получ|выход|да[её]т|бь[её]т|ид[её]т)\w*|ничего|никто|ни один"
    r"|ne ?(?:mo[zg]|prob|proda|poluch|vyhod|da[ej]|idet)\w*|nichego|nikto)\b"
)
"""What a clause beside "the till works" must not speak of: a till, or that something cannot be done."""
_ON_PAPER: Final = LazyPattern(
    r"\b(?:(?:on|uz|на|na|with|по|po|в|v) (?:\w+ )?(?:papers?|papīr\w*|papir\w*|pierakst\w*|kvīt\w*"
    r"|lapiņ\w*|burtnīc\w*|blociņ\w*"
    r"|бумаг\w*|бумаж\w*|тетрад\w*|блокнот\w*|bumag\w*|bumazh\w*|tetrad\w*|bloknot\w*|notepad|notebook)"
    r"|by hand|manually|ar roku|manuāli|вручную|vruchnuju|vruchnuyu)\b"
)
"""What is sold without a till tells of none that works."""
_SELLS: Final = LazyPattern(r"\b(?:sell\w*|pārdod\w*|pardod\w*|tirgo\w*|торгу\w+|прода\w+|torgu\w+|proda\w+)\b")
MAX_WORDS_OF_SELLING: Final = 4


def says_that_it_trades(text: str) -> bool:
    """Whether it is told that tills work or sell, and nothing beside it denies that: "the tills are working"."""
    said = text.casefold()
    if "?" in said or _ON_PAPER.search(said) is not None:
        return False
    return says_of_the_till_that_it_works(text) or (TRADES.search(said) is not None and DENIES.search(said) is None)


def says_of_the_till_that_it_works(text: str) -> bool:
    """Whether a clause says so of the till, and no other denies anything of a till: "Wi-Fi is dead, the till is ok"."""
    clauses = clauses_of(text)
    others = [clause for clause in clauses if _TILL_WORKS.search(clause) is None]
    return len(others) < len(clauses) and not any(map(speaks_of_till, others))


def speaks_of_till(clause: str) -> bool:
    """Whether a clause (in lower case) names a till, or says that something cannot be done."""
    return _TILL_OR_TROUBLE.search(clause) is not None


def says_that_it_sells(text: str) -> bool:
    """Whether few words tell that one sells, and of nothing else that works: "selling is ok"."""
    few = len(text.split()) <= MAX_WORDS_OF_SELLING
    return few and _SELLS.search(text.casefold()) is not None and says_that_it_trades(text)
