"""Words that say that nothing can be sold, or only that one thing cannot; pure."""

from typing import Final

from handlers.statements.clauses import clauses_of
from kb.text.lazy_pattern import LazyPattern

_CANNOT_SELL: Final = LazyPattern(
    r"\b(?:(?:can(?:'?t|not| not)|couldn'?t|unable to) (?:sell|trade|serve|charge|ring(?: up)?|punch(?: in)?"
    r"|take (?:orders?|money|payments?))|stopped (?:selling|serving)|(?:pārtrau\w+|partrau\w+|pārstāj\w+"
    r"|parstaj\w+) (?:pārdot|pardot|tirgot)|(?:перестали|прекратили|perestali|prekratili) (?:прода\w+|proda\w+)"
    r"|nevar(?:am|u|ot)? (?:ne?ko )?(?:pārdot|pardot|tirgot|apkalpot|izsist)|(?:не|ne) (?:можем|могу|получается"
    r"|выходит|mozhem|mogu|mozem) (?:ничего |nichego )?(?:прода\w+|торговать|пробить|обслуж\w+|proda\w+|torgovat"
    r"|probit|obsluzh\w+))(?P<rest>.*)"
)
_WHOLE: Final = LazyPattern(
    r"\W*(?:$|[.,!?;:]|(?:any\w*|nothing|at all|now|still|since|because|and|here|today|everything|a "
    r"(?:single )?thing|food|drinks|to|completely|altogether|entirely|(?:the|our|any) (?:guests?|customers?|clients?)"
    r"|cards? (?:or|nor|and) cash|cash (?:or|nor|and) cards?|pavisam|pilnīb\w+|pilnib\w+|\w+ dēļ|\w+ del"
    r"|совсем|полностью|из[- ]за|sovsem|polnost[jy]u|iz[- ]za"
    r"|until|up|then|meanwhile|them|pls|please|one single|guests?|customers?|clients?|people|orders?"
    r"|receipts?|neko|nekam|nevien\w*|ne"
    r"|vispār|vispar|tagad|šobrīd"
    r"|jo|un|kopš|vairs|ček\w*|cek\w*|rēķin\w*|rekin\w*|viesus?|ничего|ни|вообще|сейчас|потому|и|уже"
    r"|никому|никого|с утра|чек\w*"
    r"|заказ\w*|гост\w*|клиент\w*|людей|nichego|ni|voobsche|voobshe|sejchas|seichas|uzhe|nikomu|chek\w*"
    r"|zakaz\w*|gostej|gostjam|gostyam|i)\b)"
)
"""What stands after it where nothing at all can be sold."""
_IS_NOT_SOLD: Final = LazyPattern(r"(?<!ничего )(?<!nichego )\b(?:не прода[её]тся|ne proda[ej]o?tsja)\b")
_ONE_PERSON: Final = LazyPattern(
    r"\b(?:trainee|waiter|waitress|supplier|everyone else can|others can|mācekl\w+|macekl\w+|viesmīl\w+|стаж[её]р\w*"
    r"|официант\w*|поставщик\w*|stazh[eё]r\w*|oficiant\w*|postavsch?ik\w*)\b"
)
_NOT_THE_TILL: Final = LazyPattern(
    r"^\W*(?:(?:no|nē|nee|нет|net|sorry|oi|ой)\W+)?"
    r"(?:not (?:the |my |our )(?:till|tills|register|pos)|not till(?=,| but)"
    r"|(?:nevis|ne jau|ne) (?:pie )?kas(?:e|ē|es|i|ei)"
    r"|(?:не|ne) (?:на |na )?(?:касс[аеиуы]|kass[aieuy]))"
    r"(?:\s*[,–-]\s*|\s+(?=(?:but|bet|nevis|а|a|но|no)\s))"
    r"(?!.*\b(?:only|just|tikai|только|tolko|nor|ne|ni|не|ни|all|whole|everything|visas|viss|все|всё|весь|vse|ves)\b)\w"
)
"""Another thing is meant than the till."""
_STANDS_AT: Final = LazyPattern(
    r"\b(?:kas\w+|касс\w+|tills?|pos) (?:stāv|stav|стоит|stoit|stands) (?:uz|pie(?! mums)|blakus|на|у(?! "
    r"(?:нас|меня))|возле|рядом|na"
    r"|u(?! (?:nas|menja|menya))"
    r"|vozle|on|at|by|near)\b"
)
"""Where a till has its place: in two of the languages it "stands" when it has stopped, too."""


_ALL_OF_IT: Final = LazyPattern(
    r"\b(?:system|sistēm|систем|progr|прогр|server|сервер|nekas|neko|neviens|nevar|nobody|nothing|can'?t\b|cannot"
    r"|can not|никто|ничего|не мо|nikto|nichego|торгов|продаж|tirdzn|trading|selling)"
)
"""What no till need be named for: nobody sells."""
MAX_WORDS_BESIDE_GUESTS: Final = 1
_GUEST_STANDS: Final = LazyPattern(
    r"\b(?:klient|vies|pircēj|pircej|gosti|gostja|guest|customer|client|гост|клиент|покупател|klijent)\w*\W+(?:\w+\W+)?"
    r"(?:stāv|stav|stāvēja|stand\w*|стоит|стоят|stoit|stojat|stoyat)\b"
)
_TILL_OR_ALL: Final = LazyPattern(
    r"\b(?:kas[eiēu]|kass|касс|till|register|pos\b|viss|all|every|вс[её]\b|vse\b|neko|nothing|ничего|system|sistēm"
    r"|систем|progr|прогр|ček|cek|чек|chek|receipt|nobody|no one|neviens|никто|nikto|nevar|не мо|ne mo|can'?t|cannot)"
)


OF_TRADING: Final = LazyPattern(
    r"\b(?:(?:nothing|nekas|neko|ничего|nichego)\W+(?:\w+\W+)?(?:work|strād|strad|darboj|работ|rabot|iet\b|neiet)"
    r"|kas[eiēuāa]|kass|касс|tills?\b|register|pos\b|viss|visas|visi|(?<!at )all\b|every|вс[её]\b|все\b|vse\b"
    r"|neviena?\b|nobody|no one|никто|nikto|s[iy]st[eē]m|систем|iiko|айк|front|фронт|maiņ|main[aā]\b|смен|smen|shift"
    r"|restor|рестор|restaur|kafejn|кафе|kafe\b|bar\b|бар\b|bi[zs]nes|бизнес|business|kitchen has|кухня|service"
    r"|работа\b|rabota\b|работаем|rabotaem|apst[aā]ju|встал|vstal|стоп\b|licen|лиценз|smak|smell|smok|burn|deg|дым"
    r"|dym|гор[еи]|gor[ei]|progr|прогр|ček|cek|чек|chek|receipt|sell|p[aā]rdo|tirg|прода|торг|proda|torg|rind|queue"
    r"|очеред|ochered|g[o]st|guest|customer|client|klient|vies[iu]|гост|клиент|str[aā]v|power|свет|svet|электр|elektr"
    r"|internet|интернет|inet|server|сервер|fisk|фиск|skaidr|cash|налич|оплат|oplat|plat|mak[s][aāu]|pay|charge|bill"
    r"|r[eē][kķ]in|заказ|zakaz|pas[uū]t|order|iesist|проб[иь]|prob[iy]|ring|we\b|mēs\b|mes\b|мы\b|my\b|mi\b|стоим"
    r"|stoim|st[aā]vam|darbs|работать|rabotat|str[aā]d[aā]t|work\b(?! at all)|nevar\w*|can'?t|can ?not|не ?мо[жг]"
    r"|ne ?mo[zg]|нельзя|nel[jz])"
)
"""Words of trading, of tills or of everything: they tell of more than of one other device."""


def cannot_sell(text: str) -> bool:
    """Whether nothing can be sold, in so many words."""
    found = _CANNOT_SELL.search(text.casefold())
    return found is not None and _WHOLE.match(found["rest"]) is not None


def _means_no_till(said: str) -> bool:
    """Whether another thing is meant than the till, and not all of it."""
    found = _NOT_THE_TILL.search(said)
    return found is not None and _ALL_OF_IT.search(said[found.end() - 1 :]) is None


def _only_guests_stand(said: str) -> bool:
    """Whether guests stand and wait, and nothing else is told: in two of the languages a stopped till "stands" too."""
    others = [clause for clause in clauses_of(said) if _GUEST_STANDS.search(clause) is None]
    alone = all(len(clause.split()) <= MAX_WORDS_BESIDE_GUESTS for clause in others)
    return alone and _GUEST_STANDS.search(said) is not None and _TILL_OR_ALL.search(said) is None


def is_no_stop(text: str) -> bool:
    """Whether one dish cannot be sold, one person cannot sell, guests stand, or what is meant is no till."""
    said = text.casefold()
    if _IS_NOT_SOLD.search(said) is not None or _means_no_till(said) or _only_guests_stand(said):
        return True
    found = _CANNOT_SELL.search(said)
    one = found is not None and (_WHOLE.match(found["rest"]) is None or _ONE_PERSON.search(said) is not None)
    return one or (found is None and _STANDS_AT.search(said) is not None)
