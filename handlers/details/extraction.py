"""What a message tells of the person: found by plain words, or taken as the answer to a question; pure."""

import re
from collections.abc import Collection
from typing import Final

from handlers.details.contact_extraction import extract_contact
from handlers.details.device_extraction import extract_device
from handlers.details.given_names import GivenNames, known_given_names
from handlers.details.phone_extraction import extract_phones, without_phones
from handlers.details.place_extraction import extract_place
from handlers.model.details import PersonDetails
from kb.text.lazy_pattern import LazyPattern

MAX_READ_CHARS: Final = 1000
"""Characters of a message that are searched: whoever tells who they are does so at its head or its tail."""
MAX_PHONES: Final = 2
MAX_ANSWER_WORDS: Final = 15
"""Words of a message that only tells who and where."""
MAX_PLACE_WORDS: Final = 7
MAX_PLACE_CHARS: Final = 80
MAX_PLAIN_WORDS: Final = 3
"""Words of a place that is written without a capital and without a figure."""
_STREET: Final = LazyPattern(
    r"\b(?:iel(?:a|ā|as|u|ai|ām|ās)|prospekt\w*|bulvār\w*|laukum\w*|улиц\w*|проспект\w*|бульвар\w*|street|avenue)\b"
)
MIN_PLACE_LETTERS: Final = 3
MAX_WORDS_MORE: Final = 2
"""Words that an answer has beside the name of the place that was found in it."""

_SEGMENT_END: Final = LazyPattern(r"[,;\n|]+|(?<!\d)\.(?=\s|$)|\s[–-]\s")
_WORD: Final = re.compile(r"\w+")
_FILLING_WORDS: Final = frozenset(
    "vai ir un tas man mums viens jautājums jautajums lūdzu ludzu и или это есть у меня нас вопрос".split()
    + "or and is it i have a quick question please".split()
)
_LEAD_IN: Final = LazyPattern(
    r"(?:m[eē]s esam|esam|esmu|šeit|te|tas ir|mūsu|restor[aā]n(?:s|a nosaukums)?|numurs|mans numurs|tel|t[aā]lrunis"
    r"|telefons|zvan(?:iet|īt|it|u)|rakstu|adrese|no|uz|pa|(?:mani )?sauc|lab(?:dien|rīt|rit|vakar)|sveik[is]|čau|mob"
    r"|это|мы из|мы|из|звоню|пишу|ресторан|номер|мой номер|тел|телефон|звоните|позвоните|перезвоните|на|по|адрес"
    r"|меня зовут|здравствуйте|добрый (?:день|вечер)|доброе утро|привет"
    r"|we are|this is|it is|it's|restaurant|my name is|name is|name|my|phone|number|call me|call|calling|writing|on|at"
    r"|(?:the )?address(?: is)?|adress(?: is)?|adres(?:a)?|from|i am|i'm|good (?:morning|afternoon|evening|day)|the"
    r"|hello|hi|hey)"
    r"\b[\s.:–-]*",
    re.IGNORECASE,
)
_FROM_PLACE: Final = LazyPattern(r"(?:no|из|с|from|at|iekš)\s+(?P<place>\S.*)", re.IGNORECASE | re.DOTALL)


def extract_details(text: str, own_numbers: Collection[str] = ()) -> PersonDetails:
    """What is plainly said: nothing that may be something else. `own_numbers` (E.164) are the company's."""
    if len(text) > MAX_READ_CHARS:
        half = MAX_READ_CHARS // 2
        text = f"{text[:half]}\n{text[-half:]}"
    names = known_given_names()
    phone = ", ".join(extract_phones(text, own_numbers)[:MAX_PHONES]) or None
    place = extract_place(text, names).text
    name = extract_contact(text, names)
    if name is None and (phone or place):
        name = _name_between_commas(text, names)
    return PersonDetails(name=name, phone=phone, place=place, device=extract_device(text))


def _name_between_commas(text: str, names: GivenNames) -> str | None:
    """A given name that stands for itself in a list ("Rozengrāls, 29111222, Ilze"); None where there are several."""
    found = {person for part in _SEGMENT_END.split(without_phones(text)) if (person := _as_name(part.strip(), names))}
    return found.pop() if len(found) == 1 else None


def _as_name(words: str, names: GivenNames) -> str | None:
    person, rest = _split_name(words, names)
    return person if not rest else None


def read_answer(text: str, said: PersonDetails) -> PersonDetails | None:
    """A message as the answer to "which restaurant, and which number?": `said`, and what else can only be that.

    None where it is too long to be one.
    """
    if len(text.split()) > MAX_ANSWER_WORDS:
        return None
    name, places = _read_segments(text, said.name)
    told = ", ".join(places)
    place = told if told and (said.place is None or _extends(told, said.place)) else said.place
    if place is not None and (len(place.split()) > MAX_PLACE_WORDS or len(place) > MAX_PLACE_CHARS):
        return None
    if place is not None and said.device is not None and said.device.casefold() in place.casefold():
        return None
    if place is not None and _is_a_sentence(place):
        return None
    if place is not None and sum(letter.isalpha() for letter in place) < MIN_PLACE_LETTERS:
        place = said.place
    return PersonDetails(name=name, phone=said.phone, place=place, device=said.device)


def _is_a_sentence(place: str) -> bool:
    """Whether many words between two commas, with neither a capital nor a figure nor a street, tell something."""
    plain = place == place.lower() and not any(letter.isdigit() for letter in place)
    longest = max(len(part.split()) for part in place.split(","))
    return plain and longest > MAX_PLAIN_WORDS and _STREET.search(place) is None


def _extends(told: str, place: str) -> bool:
    """Whether it is the same place, told more closely."""
    return _words(place) <= _words(told) and len(_words(told)) - len(_words(place)) <= MAX_WORDS_MORE


def _read_segments(text: str, name: str | None) -> tuple[str | None, list[str]]:
    """The name, and what is left of each part of the message when names, numbers and filling words are taken out."""
    names, places = known_given_names(), []
    for segment in _SEGMENT_END.split(without_phones(text)):
        person, rest = _split_name(_without_lead_in(segment), names)
        name = name or person
        is_name = name is not None and (names.nominative(rest) or rest).casefold() == name.casefold()
        if not is_name and not _words(rest) <= _FILLING_WORDS:
            places.append(rest)
    return name, places


def only_tells_who(text: str, said: PersonDetails) -> bool:
    """Whether a message says nothing beside the name, the number and the place that were found in it."""
    answer = read_answer(text, PersonDetails(name=said.name, phone=said.phone))
    if answer is None:
        return False
    return answer.place is None or (said.place is not None and len(_words(answer.place) - _words(said.place)) <= 1)


def is_introduction(answer: PersonDetails) -> bool:
    """Whether it names both somebody and a place, which has a capital as names have."""
    return answer.name is not None and answer.place is not None and answer.place[:1].isupper()


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _without_lead_in(segment: str) -> str:
    rest = segment.strip(" \t.:!–-()\"“”„«»'")
    while match := _LEAD_IN.match(rest):
        rest = rest[match.end() :].strip(" \t.:!–-()\"“”„«»'")
    return rest


def _split_name(segment: str, names: GivenNames) -> tuple[str | None, str]:
    """A given name at the head of a segment, and what is left: "Ilze no Rozengrāla"."""
    first, _, rest = segment.partition(" ")
    if not (first[:1].isupper() and names.stands_alone(first)):
        return None, segment
    place = _FROM_PLACE.fullmatch(rest.strip())
    if place is not None:
        return first, place["place"].strip()
    words = rest.split()
    if not words:
        return first, ""
    if len(words) == 1 and words[0][0].isupper():
        return f"{first} {words[0]}", ""
    return None, segment
