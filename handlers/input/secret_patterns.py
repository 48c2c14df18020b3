"""How people write PINs, codes and passwords in Latvian, Russian and English; each pattern names its secret; pure."""

import re
from dataclasses import dataclass
from typing import Final

from kb.text.lazy_pattern import LazyPattern
from kb.text.stem_filter import StemFilter


@dataclass(frozen=True, kw_only=True)
class SecretPattern:
    """A way to write a secret of a kind: its group `secret`; where a group `other` is found, it is something else."""

    kind: str
    pattern: LazyPattern

    def secret_span(self, found: re.Match[str]) -> tuple[int, int] | None:
        """Where the secret stands in what was found; None if it is none."""
        is_other = "other" in found.re.groupindex and found["other"] is not None
        is_talk = self.kind == "password" and _TALK.fullmatch(found["secret"]) is not None
        return None if is_other or is_talk else found.span("secret")


_FILLER: Final = (
    r"(?:ir|bija|is|was|it'?s|это|eto|был[ао]?|tas|tā|ta|mans|mana|manu|mūsu|musu|savs|savu|my|mine|our|the|мой|моя|наш|moj|"
    r"jauns|jaunais|jaunā|vecais|vecā|new|old|новый|старый|tāds|tāda|tads|tada|šāds|šāda|такой|такая|вот|lūk|man|here|"
    r"kods|kodu|code|код|parole|пароль|number|numurs|номер|cipari|цифры|digits)\b"
)
"""What may stand between the name of a secret and the secret."""
_AFTER: Final = rf"(?:\s*[:=,;(\[\"'«„“–—>-]|\s+{_FILLER}){{0,5}}\s*"
_BEFORE: Final = rf"(?:\s*[,()\[\]\"'»”“–—=<-]|\s+{_FILLER}){{0,4}}\s*"
_START: Final = r"(?<![\d.,/+№#])(?<!\d[- :])"
_UNIT: Final = (
    r"(?:€|eur|евро|eiro|evro|%|gad|год|г\.|year|dien|дн[яе]|den|stund|час|minū|minu|мин|reiz|раз\b|raz\b|times|gab|шт|"
    r"pcs)"
)
_END: Final = rf"(?!\w|[.,:/-]\d|\.?\s?{_UNIT})"
_SPACED: Final = r"\d(?:[ .–-]\d){3,7}"

_PIN: Final = (
    r"(?:\b(?:pin|пин)(?![ -]?(?:pad|пад))(?:s|u|a|am|om|а|у|ом|е)?(?:[ -]?(?:kod|code|cod|код)\w{0,2})?\b|"
    r"\bpass-?code\b)"
)
_CODE: Final = r"\b(?:kods|kodu|koda|kod|code|код|кода|коду|кодом)\b"
_CODE_OF_OTHER: Final = (
    r"\b(?:kļūd|klud|error|ошибк|oshibk|prece|produkt|product|item|товар|tovar|past|post|zip|почт|valst|country|стран|qr|"
    r"ean|svītr|svitr|bar|штрих|dāvan|davan|gift|promo|промо|atlai|скид|discount|nodok|iest|reģ|reg|objekt|объект|"
    r"klient|клиент|partner|licen|лиценз|akt|акт|rād|rad|uzrād|uzrad|izmet|met|parād|parad|выда|пиш|показ|выскоч|выле|"
    r"show|says|display|give|throw|return|atbild|ответ|stat|pishet|vydaet|vidaet|terminal|терминал)\w*"
)
"""Words before "code": an error's, an article's, a post office's."""
_COUNTED: Final = (
    r"(?:zvan|tālr|talr|tel|call|phone|number|звон|тел|nr|numur|№|kas|касс|till|gald|стол|table|kopš|kops|since|ček|cek|чек|"
    r"receipt|order|pas[uū]t|заказ|rēķ|rek|invoice|сч[её]т|summ|сумм|amount|par|на|no|līdz|lidz|до|uz|at|in|by|from|code|код)"
    r"\w*"
)
"""Words before a number that is counted or called."""
_CVV: Final = r"\b(?:cvv|cvc|cvn|цвв|цвц)2?\b"
_LOGIN_WORD: Final = (
    r"\b(?:parole?s?|paroli|parolei|parol[j']?|password|passwort|passwd|passw|pwd|psw|парол(?:ь|я|ю|ем)|pass?vord\w{0,2}|"
    r"пас+ворд\w{0,2})(?!\w)"
)
_LOGIN_WORD_OR_PASS: Final = rf"(?:{_LOGIN_WORD}|\bpass\b)"
_QUOTE: Final = r"[\"'«„“]?"
_WORD: Final = r"[^\s,;\"'»”“()]"
_WITH_DIGIT: Final = rf"(?={_WORD}*\d)(?={_WORD}*[^\W\d_])"

_TALK: Final = re.compile(
    r"(?i)(?:ne|нe|не|nav|nē|no|net|not|нет|jā|aizmir|pazau|pazud|parei|nomain|mainī|vajag|vajadz|bloķ|blok|kād|kad|"
    r"kur|kas|ko|kā|ka|vai|tikai|tad|un|bet|jau|vairs|kopš|lūdz|ludz|paldies|labdien|wrong|correct|incorrect|invalid|expired|"
    r"right|need|lost|forg|same|too|fine|ok|please|thank|what|where|how|who|which|chang|reset|login|for|from|to|of|and|or|on|"
    r"in|at|the|забы|потер|сброс|верн|прав|прежн|слет|истек|смен|помен|подош|как|какой|где|кто|что|куда|пожал|спас|для|от|на|"
    r"или|sbros|zaby|zabi|kak|gde|kto|podosh|podh|wi-?fi|office|офис|ofis|iiko|айко|syrve|windows|teamviewer|anydesk|google|"
    r"gmail|facebook|bolt|wolt|vpn|router|admin|e-?pa?st|mail|почт|html|http|kase|касс|till|viesm|офиц|barmen|барм|vad[iī]t|"
    r"manager|менедж|helpdesk|ir|is|bija|was|это|был|man|mans|mana|my|мой|pin|пин|kod|код|code|•)[^\d\s]*"
)
"""Words, without a digit, that follow "password" in talk about passwords."""


def _make(kind: str, pattern: str) -> SecretPattern:
    return SecretPattern(kind=kind, pattern=LazyPattern(pattern))


PATTERNS: Final = (
    _make("card", rf"(?i){_CVV}{_AFTER}(?<!\d)(?P<secret>\d{{3,4}}|\d(?: \d){{2,3}})(?!\d)"),
    _make("card", rf"(?i){_START}(?P<secret>\b\d{{3,4}})(?!\d){_BEFORE}{_CVV}"),
    # Letters and digits right after the word; what follows a colon; what "is" it; a name among small words.
    _make("password", rf"(?i){_LOGIN_WORD_OR_PASS}{_AFTER}(?P<secret>{_WITH_DIGIT}{_WORD}{{4,}})"),
    _make("password", rf"(?i){_LOGIN_WORD_OR_PASS}(?:\s+{_FILLER}){{0,3}}\s*[:=]\s*{_QUOTE}(?P<secret>{_WORD}{{3,}})"),
    _make("password", rf"(?i){_LOGIN_WORD}(?:\s+{_FILLER}){{1,3}}\s+{_QUOTE}(?!{_FILLER})(?P<secret>{_WORD}{{4,}})"),
    _make(
        "password",
        rf"(?i:{_LOGIN_WORD})\s+{_QUOTE}(?P<secret>[A-ZĀČĒĢĪĶĻŅŠŪŽА-ЯЁ](?:{_WORD}(?![.?]+(?:\s|$))){{2,}}{_WORD})",
    ),
    _make(
        "password",
        rf"(?i)(?<!\S)(?P<secret>{_WITH_DIGIT}{_WORD}{{5,}})(?:\s+(?:ir|is|это|eto)\s+(?:{_FILLER}\s+){{0,2}}|\s*\()"
        rf"{_LOGIN_WORD_OR_PASS}",
    ),
    _make("pin", rf"(?i){_LOGIN_WORD}{_AFTER}{_START}(?P<secret>\d{{4,6}}|{_SPACED}){_END}"),
    _make("pin", rf"(?i){_START}(?P<secret>\b\d{{4,6}}){_BEFORE}{_LOGIN_WORD}"),
    _make("pin", rf"(?i){_PIN}{_AFTER}{_START}(?P<secret>\d{{4,8}}|{_SPACED}){_END}"),
    _make("pin", rf"(?i){_PIN}(?:\s+(?!{_COUNTED})[^\W\d]+[:,]?){{1,2}}\s+{_START}(?P<secret>\d{{4,6}}){_END}"),
    _make("pin", rf"(?i){_START}(?P<secret>\b\d{{4,6}}|\b{_SPACED}){_BEFORE}{_PIN}"),
    _make(
        "pin",
        rf"(?i)(?:(?P<other>{_CODE_OF_OTHER})\s+(?:\w+\s+)?)?{_CODE}{_AFTER}{_START}"
        rf"(?P<secret>\d{{4,6}}|\d(?:[ -]\d){{3,5}}){_END}",
    ),
)
"""Tried in this order, each on what the one before left."""
SECRET_FILTER: Final = StemFilter(
    *"pin пин pass pasvord пас pwd psw parol парол kod code код cvv cvc cvn цвв цвц".split()
)
"""A stem of each name of a secret; every one of PATTERNS holds one."""
BARE_CODE: Final = _make(
    "pin",
    rf"(?i)^\W*(?:{_FILLER}[\s:=,–-]*)*{_START}(?P<secret>\b\d{{4,6}}|\b\d(?:[ .-]\d){{3,5}}){_END}(?=\W*$|\W)",
)
"""A code that nothing names, alone or after words like "mine was"."""
NAMES_SECRET: Final = LazyPattern(rf"(?i){_PIN}|{_LOGIN_WORD}")
"""A sentence that speaks of PINs or passwords."""
