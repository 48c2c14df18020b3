"""The plainest words for a till that stopped raise the alarm: every usual noun for it with every usual verb."""

from itertools import product
from typing import Final

import pytest

from handlers.model.context import KnowledgeBundle
from kb.model import Language
from tests.scoring import ask

TILLS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("till", "the till", "our till", "the cash register", "pos", "cash desk"),
    "lv": ("kase", "mums kase", "kases", "visas kases", "kases aparāts"),
    "ru": ("касса", "у нас касса", "кассы", "все кассы", "kassa", "u nas kassa"),
}
STOPPED: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        *("doesnt work", "doesn't work", "does not work", "not working", "isnt working", "no work", "is dead", "froze"),
        *("stopped", "stopped working", "frozen", "is down", "down", "broken", "wont turn on", "does not start"),
        *("hangs", "stuck", "crashed", "kaput", "not responding", "is blocked", "black screen"),
    ),
    "lv": (
        *("nestrādā", "nestrada", "nedarbojas", "stāv", "stav", "uzkārās", "uzkaras", "salūza", "saluza", "neiet"),
        *("neieslēdzas", "neiesledzas", "nevar palaist", "beigta", "bloķēta", "nereaģē", "nereage", "melns ekrāns"),
        *("apstājās", "apstajas", "nobrukusi", "izslēdzās"),
    ),
    "ru": (
        *("не работает", "стоит", "зависла", "висит", "сломалась", "умерла", "не включается", "не запускается"),
        *("встала", "легла", "накрылась", "сдохла", "не реагирует", "заблокирована", "не пашет", "отключилась"),
        *("черный экран", "ne rabotaet", "zavisla", "slomalas", "ne vklyuchaetsya", "vstala", "ne pashet"),
    ),
}
MAX_MISSED: Final = 0.01


@pytest.mark.parametrize("language", STOPPED)
def test_a_plain_stop_raises_the_alarm_and_shows_the_number(language: Language, shipped: KnowledgeBundle) -> None:
    said = [" ".join(words) for words in product(TILLS[language], STOPPED[language])]
    answers = ask([(text, (text,)) for text in said], shipped)
    urgent = shipped.base.directory.lines[shipped.base.directory.urgent_line].formatted_phone
    missed = [text for text, answer in zip(said, answers, strict=True) if answer.act_label != "critical"]
    assert len(missed) <= MAX_MISSED * len(said), missed
    assert all(urgent in answer.text for answer in answers)


@pytest.mark.parametrize(
    "said",
    [
        *("kase stāv, viesi stāv un gaida", "kase nestrādā, tirgojam uz papīra", "mums pagaidām viss stāv"),
        *("касса легла, торгуем на бумажке", "гости стоят, не можем пробить чек", "нажали оплату, касса не реагирует"),
        *("till is fine but we can't charge anyone", "not till 2, all tills are dead", "till dead, we sell at a loss"),
        *(
            "viesi stāv rindā, nekas nestrādā",
            "not the till, the system is down, nobody can sell",
            "касса зависла, продаём вручную",
            "у нас только одна касса и она висит",
            "we have one till and it is dead",
            "we have only one till, it is dead",
            "mums tikai viena kase un tā neieslēdzas",
            "касса у нас одна и она висит",
        ),
    ],
)
def test_what_stands_beside_a_plain_stop_mutes_no_alarm(said: str, shipped: KnowledgeBundle) -> None:
    (answer,) = ask([("one", (said,))], shipped)
    assert answer.act_label == "critical"


@pytest.mark.parametrize(
    "said",
    [
        *("only the bar till is down, the others work", "у нас одна касса зависла, остальные работают"),
        *("printer doesn't work", "the card terminal is dead", "tablet froze", "guest display is black"),
        *("printeris nestrādā", "karšu terminālis uzkārās", "planšete neieslēdzas", "svari nedarbojas"),
        *("принтер не работает", "терминал завис", "планшет не включается", "сканер сломался"),
        *("only one of the tills is down", "viena no kasēm nestrādā", "одна из касс зависла"),
        *("our till stopped working yesterday, fine now", "what if the till stops", "ja kase apstājas, kam zvanīt"),
    ],
)
def test_another_device_one_of_several_and_another_time_are_no_stop(said: str, shipped: KnowledgeBundle) -> None:
    (answer,) = ask([("one", (said,))], shipped)
    assert answer.act_label != "critical"
