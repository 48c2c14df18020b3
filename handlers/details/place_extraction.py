"""Finds the restaurant and the address in what was said; pure, and gives none where neither is plainly named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from handlers.details.given_names import GivenNames
from kb.text.lazy_pattern import LazyPattern
from kb.text.stem_filter import StemFilter

MAX_NAME_WORDS: Final = 4
"""Words of a restaurant's name."""

_KIND_OF_PLACE: Final = (
    r"restor[aā]n(?:s|ā|a|am|u|i|os)?|kafejn[iī]c(?:a|ā|as|ai|u)|bistro|b[aā]r(?:s|ā|a|am|u)|krog(?:s|ā|a|am|u)"
    r"|pic[eē]rij(?:a|ā|as|ai|u)|[eē]dn[iī]c(?:a|ā|as|ai|u)|viesn[iī]c(?:a|ā|as|ai|u)|veikal(?:s|ā|a|am|u)"
    r"|konditorej(?:a|ā|as|ai|u)"
    r"|ресторан(?:е|а|у|ом)?|кафе|кафешк[аеиу]|бистро|бар(?:е|а|у)?|пиццери[яию]|столов(?:ая|ой|ую)|кофейн[яеию]"
    r"|гостиниц[аеыу]|отел[ьея]"
    r"|restaurant|caf[eé]|bar|pub|hotel|pizzeria|coffee shop|bakery"
    r"|SIA|ООО"
)
_CENTRE: Final = r"t/c|tc|т/ц|тц|tirdzniec[iī]bas centr\w+|торгов\w+ центр\w*|shopping cent(?:re|er)|mall"
_KIND_FILTER: Final = StemFilter(
    *"restor kafejn bistro bar bār krog pic edn ēdn viesn veikal konditor".split(),
    *"ресторан каф бистро бар пиццери столов кофейн гостиниц отел".split(),
    *"restaurant caf pub hotel pizzeria coffee bakery sia ооо".split(),
    *"t/c tc т/ц тц tirdzniec торгов shopping mall".split(),
)
"""A stem of each kind of place and centre."""
_DIGIT: Final = re.compile(r"\d")
_QUOTED: Final = r"[\"“”„«»'‘’]\s?(?P<quoted>[^\"“”„«»\n]{2,40}?)\s?[\"“”„«»'‘’](?!\w)"
_WORD: Final = r"[^\W_][\w’'&.-]*"
_AFTER_KIND: Final = LazyPattern(
    rf"\b(?P<kind>{_KIND_OF_PLACE}|{_CENTRE})\b[\s:,–-]{{0,3}}(?:{_QUOTED}|(?P<rest>{_WORD}(?: (?:{_WORD}|&)){{0,5}}))",
    re.IGNORECASE,
)
_BEFORE_KIND: Final = LazyPattern(rf"(?P<rest>{_WORD}(?: {_WORD}){{0,2}}) (?i:{_KIND_OF_PLACE})\b")
_STREET: Final = (
    r"iel(?:a|ā|as|ai|u)|gatv(?:e|ē|es|i)|bulv[aā]r(?:is|ī|a|i)|prospekt(?:s|ā|a|u)|šosej(?:a|ā|as|u)"
    r"|laukum(?:s|ā|a|u)|krastmal(?:a|ā|as|u)"
)
_STREET_BEFORE: Final = r"ул\.|улиц[аеыу]|пр\.|проспект(?:е|а)?|бульвар(?:е|а)?|площад[ьи]"
_HOUSE: Final = r"\d{1,3}\s?(?:[a-zA-Zа-яА-Я](?![^\W_]))?(?:\s?[-/k]\s?\d{1,3})?(?!\d)"
_ADDRESS: Final = LazyPattern(
    rf"(?:[A-ZĀ-ž][\w.-]*\s)?[^\W\d_][\w.-]*\s(?:{_STREET})\s{_HOUSE}"
    rf"|(?:{_STREET_BEFORE})\s?[^\W\d_][\w.-]*(?:\s[А-ЯЁ][\w-]*)?,?\s?(?:д\.?\s?)?{_HOUSE}"
    rf"|[А-ЯЁA-Z][\w-]*\s(?:улица|street|st\.)\s{_HOUSE}"
    rf"|{_HOUSE}\s[A-Z][\w-]*\s(?:street|iela)\b",
)
_AFTER_HOUSE: Final = (
    r"(?=\s*(?:$|[,.;\n])|\s+[A-ZĀ-žА-ЯЁ]"
    r"|\s+(?:caf[eé]|restor|kafe|b[aā]r|кафе|ресторан|бар|st[aā]v|этаж|floor|second))"
)
_NO_STREET: Final = (
    r"(?!(?i:is|ir|on|no|com|lpt|port\w*|printer\w*|принтер\w*|доставки|piegādes|klienta|jaunā|новый|ip)\b)"
)
_NAMED_ADDRESS: Final = LazyPattern(
    r"(?:^|[,;.\n]\s*|\b(?i:our|the|my|mūsu|musu|наш)\s)(?i:adrese|adresa|adres|adress|address|адрес)"
    rf"(?i:\s?[:,–-]|\s(?:ir|is))?\s{_NO_STREET}"
    rf"(?P<address>[^\W\d_][\w.'’-]*(?:\s{_NO_STREET}[^\W\d_][\w.'’-]*){{0,3}}\s"
    rf"{_HOUSE}(?:,?\s*[A-ZĀ-žА-ЯЁ][^\W\d_]+(?=\s*(?:$|[,.;\n]))|{_AFTER_HOUSE}))"
)
"""After the word itself, a street needs no other sign than its house number."""
_BARE_STREET: Final = LazyPattern(
    rf"(?:^|,\s*)(?P<address>(?P<street>[A-ZĀ-ž][a-zā-ž]+(?:as|es|a|u|us))\s{_HOUSE})(?=\s*(?:$|,)"
    rf"|\s(?i:{_KIND_OF_PLACE})\b)"
)
"""Beside the name of a place: a word with a capital, as streets end in Latvian, and a house number."""
_NO_BARE_STREET: Final = frozenset(
    "kļūda kluda maiņa maina kasa līnija linija stacija daļa dala telpa zona versija lieta summa cena karte".split()
)

_NO_NAME: Final = frozenset(
    "kase kasē kases kasi касса кассе кассы кассу till printeris принтер printer terminālis терминал terminal "
    "pos iiko eds wifi internet internets интернет nr r-keeper tel tālr šeit ir un es mēs mans mana manā mūsu "
    "musu šis sis šajā viss visa visi otrs labdien sveiki labrīt labvakar lūdzu наш наша наше нашем мой весь "
    "этот это мы я у в и на здравствуйте добрый привет день вечер пожалуйста our my this the whole a an all "
    "one no in at we i it hello hi hey please is are not zvaniet zvans tālrunis telefons телефон звоните "
    "phone call".split()
)
_SMALL_WORDS_IN_NAMES: Final = frozenset(("un", "and", "&", "de", "la", "и", "by", "pie", "у"))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where somebody works, as they said it."""

    name: str | None = None
    address: str | None = None

    @property
    def text(self) -> str | None:
        """Name and address in one line."""
        return ", ".join(part for part in (self.name, self.address) if part) or None


def extract_place(text: str, names: GivenNames) -> Place:
    """The restaurant after a word such as "restorāns", and the address; of several the first."""
    if not _DIGIT.search(text):
        return Place(name=next(_names(text, names), None))
    found = _ADDRESS.search(text)
    span, address = (found.span(), found[0]) if found is not None else _address_by_its_place(text, names)
    rest = f"{text[: span[0]]}, {text[span[1] :]}" if address else text
    return Place(name=next(_names(rest, names), None), address=address.strip() or None)


def _address_by_its_place(text: str, names: GivenNames) -> tuple[tuple[int, int], str]:
    """An address after the word for it, or beside the name of a place; where it stands, and empty if there is none."""
    if (named := _NAMED_ADDRESS.search(text)) is not None:
        return named.span(), named["address"]
    bare = _BARE_STREET.search(text)
    if (
        bare is None
        or bare["street"].casefold() in _NO_NAME | _NO_BARE_STREET
        or next(_names(text, names), None) is None
    ):
        return (0, 0), ""
    return bare.span("address"), bare["address"]


def split_place(place: str) -> Place:
    """The name and the address of a place that was told."""
    address = _ADDRESS.search(place)
    if address is None:
        return Place(name=place)
    name = f"{place[: address.start()]}{place[address.end() :]}".strip(" ,")
    return Place(name=name or None, address=address[0].strip())


def _names(text: str, names: GivenNames) -> Iterator[str]:
    if not _KIND_FILTER.passes(text):
        return
    for match in _AFTER_KIND.finditer(text):
        name = match["quoted"] or _leading_name(match["rest"], names)
        if name is not None:
            is_centre = re.fullmatch(_CENTRE, match["kind"], re.IGNORECASE) is not None
            yield f"{match['kind']} {name}" if is_centre else name
    for match in _BEFORE_KIND.finditer(text):
        words = match["rest"].split(" ")
        start = next((place for place, word in enumerate(words) if all(map(_is_name_word, words[place:]))), None)
        if start is not None and names.nominative(words[start]) is None:
            yield match[0].split(" ", start)[-1]


def _leading_name(rest: str, names: GivenNames) -> str | None:
    """The capitalized words that `rest` begins with; a given name after them is a person."""
    found: list[str] = []
    for word in rest.split(" ")[: MAX_NAME_WORDS + 1]:
        joins = bool(found) and word in _SMALL_WORDS_IN_NAMES
        if not (joins or _is_name_word(word)) or (found and names.stands_alone(word.rstrip("."))):
            break
        found.append(word)
        if word.endswith("."):
            break
    while found and found[-1] in _SMALL_WORDS_IN_NAMES:
        found.pop()
    return " ".join(found).rstrip(".") or None


def _is_name_word(word: str) -> bool:
    return (word[0].isupper() or (word[0].isdigit() and not word.isdigit())) and word.casefold() not in _NO_NAME
