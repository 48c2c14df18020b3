"""Stops, good news and calls within talks, by the shipped content: what raises the alarm, and what must not."""

import pytest

from handlers.model.actions import CloseHandoffs, HandoffReason
from handlers.model.context import KnowledgeBundle
from tests.talks import calls, last

STOP = {"lv": "visas kases nestrādā", "ru": "все кассы стоят", "en": "all tills are down"}


@pytest.mark.parametrize(
    "said",
    [
        ("viena kase nestrādā, pārējās ok", "tagad otra arī"),
        ("viena kase nestrādā, pārējās ok", "visas trīs"),
        ("одна касса из двух не работает", "и вторая зависла"),
        ("one of our tills died", "the other is freezing as well"),
        ("terminālis nelasa", "un skaidra arī neiet"),
        ("не проходят карты", "и наличка тоже не идет"),
        ("cards dont work", "cash neither"),
        ("карта и нал оба не идут",),
        ("drawer does not open", "shift won't open"),
        ("atvilktne neveras", "maiņa neveras vaļā"),
        ("принтер на кухне не печатает", "не могу пробить"),
        ("kitchen printer does not print", "we can't work"),
        ("scanner does not scan", "business has stopped"),
        ("All tills are dead but we have another 50 guests waiting",),
        ("kase 1 no 7 rīta stāv, nevaram pārdot",),
        ("1 of our 2 restaurants cannot sell at all",),
        ("не принтер, а касса не работает",),
        ("все кассы встали, как торгуем?",),
        ("касса стоит", "заработала", "не, всё ещё стоит"),
        ("čeku printeris nedrukā otrajā kasē", "tagad arī pirmā nodzisa"),
        ("receipt printer on till two is not printing", "now the first one died as well"),
        ("till frozen", "mouse moves but click no", "ok it work after restart", "again frozen"),
        ("vakar kase stāvēja", "tagad strādā", "bet kas darāms ja atkal apstāsies", "nu re atkal stāv"),
        ("kaut kas ar kasi", "ja apstāsies tad zvanīt kur", "apstājās"),
        ("what if the till stops", "it stopped"),
        ("till is frozen, if it freezes again we lose guests, please help now",),
        ("kase atkal apstājās, ja atkārtojas trešo reizi",),
        ("касса зависла, если опять зависнет мы закроемся",),
        ("kassa stoit, esli povtoritsja zakroemsja",),
        ("касса стоит", "заработала", "как закрыть смену", "опять висит"),
        ("kase stāv", "strādā", "kā uztaisīt atlaidi", "atkal neiet"),
        ("till stopped", "works again", "how do I close the shift", "hangs again"),
        ("с вчера касса не работает",),
        ("till is down since last night",),
        ("vakar kase apstājās un joprojām stāv",),
        ("vakar kase nobruka, vēl nestrādā",),
        ("вчера касса стояла два часа", "сегодня опять стоит"),
    ],
)
def test_a_stop_is_heard(said: tuple[str, ...], shipped: KnowledgeBundle) -> None:
    assert HandoffReason.TRADING_STOPPED in calls(last(shipped, *said))


@pytest.mark.parametrize(
    "said",
    [
        ("viena kase nestrādā, pārējās ok", "visas pārbaudīju"),
        ("одна касса из трёх не работает, остальные ок", "все понятно"),
        ("одна касса из трёх не работает, остальные ок", "вторую тоже перезагрузили"),
        ("one till is off, the others work", "the other one is fine too"),
        ("cards don't work", "cash works now, cards don't work"),
        ("карты не проходят", "наличные идут, а карта теперь не идет"),
        ("karšu terminālis nestrādā", "skaidrs, tagad nevaru runāt"),
        ("guest paid neither card nor cash",),
        ("как пробить подарочную карту", "не продать а принять"),
        ("guest display is black", "completely dead"),
        ("barnyj printer ne pechataet", "sovsem ne rabotaet"),
        ("scales show nothing", "totally dead"),
        ("касса не работает была, сейчас ок",),
        ("2 no 4 kasēm nestrādā",),
        ("do both tills work?",),
        (STOP["lv"], "viss strādā", "vēl nezinām kāpēc"),
        ("касса стоит", "заработала", "принтер чека не печатает", "не помогло"),
        ("till stopped", "works again", "terminal does not see card", "did not help"),
        ("till stopped", "works again", "printer does not print", "works", "again not printing"),
        ("терминал завис", "заработал", "опять завис"),
        ("planšete nestrādā", "strādā", "atkal uzkārās"),
        ("till stopped", "one works", "second works too"),
        ("one of two tills is not working", "how do I void an item", "and the last one"),
        ("viena no divām kasēm nestrādā", "kā sadalīt čeku", "abas"),
        ("who do I call about printers", "terminālis stāv"),
        ("what if the till stops", "the till freezes"),
        ("ko darīt ja kase apstāsies", "ja pilnībā"),
        ("yesterday the till stood for two hours", "could not sell"),
        ("вчера касса стояла два часа", "не включалась"),
        ("one till of three stands", "does not start"),
        ("till stopped", "works again", "printer stopped again"),
        ("printer does not print", "works", "what if it stops again", "it stopped"),
        ("vakar kasē iztrūka nauda",),
        (STOP["ru"], "заработало", "ещё не приехал техник"),
    ],
)
def test_what_is_no_stop_raises_no_alarm(said: tuple[str, ...], shipped: KnowledgeBundle) -> None:
    assert HandoffReason.TRADING_STOPPED not in calls(last(shipped, *said))


@pytest.mark.parametrize(
    "said",
    [
        (STOP["en"], "turned on"),
        (STOP["en"], "nothing works now"),
        (STOP["en"], "actually the till barely works"),
        (STOP["lv"], "kase strādā, bet čekus nesit"),
        (STOP["lv"], "laikam strādā", "pārdodam tikai skaidrā"),
        (STOP["ru"], "вроде работает", "продаём, но касса чёрная"),
        ("label printer prints empty", "now prints but crooked"),
        ("we have no internet", "the till works"),
        ("kitchen printer jams", "lifted the cover"),
    ],
)
def test_nobody_is_called_off_by_what_mends_nothing(said: tuple[str, ...], shipped: KnowledgeBundle) -> None:
    assert CloseHandoffs() not in last(shipped, *said).actions


@pytest.mark.parametrize(
    "said",
    [
        (STOP["lv"], "viss strādā, neko nevajag"),
        (STOP["lv"], "neko nedarījām, pats sāka strādāt"),
        (STOP["en"], "works again"),
        ("принтер чеков не печатает", "починили"),
        ("receipt printer does not print", "fixed, no need to come"),
        ("čeku printeris nedrukā", "drukā no jauna, paldies"),
    ],
)
def test_plain_good_news_is_heard(said: tuple[str, ...], shipped: KnowledgeBundle) -> None:
    assert last(shipped, *said).trace.handler == "resolved"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ((STOP["en"], "no sorry, it works, the monitor was off"), True),
        ((STOP["lv"], "bet tirgot varam"), True),
        ((STOP["ru"], "касса то работает"), True),
        ((STOP["en"], "no till works"), False),
        ((STOP["ru"], "не работает"), False),
        ((STOP["ru"], "касса работает, а продать нельзя"), False),
        ((STOP["ru"], "включаются, всё работает, экран чёрный"), False),
        ((STOP["lv"], "viss strādā, izņemot kases"), False),
        ((STOP["ru"], "нет, и терминал не работает"), False),
    ],
)
def test_only_who_takes_a_stop_back_is_asked_whether_trading_goes_on(
    said: tuple[str, ...], asked: bool, shipped: KnowledgeBundle
) -> None:
    assert (last(shipped, *said).trace.handler == "taken_back") is asked


@pytest.mark.parametrize("said", ["nobody there", "they hung up", "nepaceļ", "второй телефон тоже не отвечает"])
def test_that_nobody_answers_is_told_of(said: str, shipped: KnowledgeBundle) -> None:
    decision = last(shipped, STOP["en"], said)
    assert HandoffReason.CANNOT_GET_THROUGH in calls(decision)
