"""Small companies in languages whose content has nothing of its own but its entries: they answer, ask back, decline.

The messages are asked in other words than the entries are, and stand in no file of the program.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from kb.loading.loader import load_knowledge_base, read_universal_cues
from kb.model import CueId, Entry, EntryId, KnowledgeBase, LanguagePhrases, LanguageTexts
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.result import Outcome


@dataclass(frozen=True, kw_only=True)
class SmallLibrary:
    """Entries by how they are asked for, messages by the entry that they mean, and what a library does not answer."""

    entries: dict[str, tuple[str, ...]]
    asked: dict[str, str]
    elsewhere: tuple[str, ...]
    yes: str
    thanks_again: str


LIBRARIES: Final = {
    "lt": SmallLibrary(
        entries={
            "hours": ("kada dirbate", "koks jūsų darbo laikas", "ar dirbate sekmadienį", "iki kelintos valandos atidaryta",
                      "kada atidaroma biblioteka", "ar šeštadienį atidaryta"),
            "card": ("kaip gauti skaitytojo pažymėjimą", "noriu tapti skaitytoju", "kiek kainuoja skaitytojo pažymėjimas",
                     "pamečiau skaitytojo pažymėjimą", "ar reikia dokumento užsiregistruoti", "kaip užsiregistruoti"),
            "extend": ("kaip pratęsti knygą", "noriu pratęsti skolinimosi terminą", "nespėju perskaityti knygos",
                       "ar galima pratęsti internetu", "pratęskite mano knygas", "kiek kartų galima pratęsti"),
            "printing": ("ar galima spausdinti", "kiek kainuoja kopija", "noriu nukopijuoti dokumentą",
                         "kur yra spausdintuvas", "spausdinimo kaina", "ar galima skenuoti"),
        },
        asked={
            "kokia valanda atidarote biblioteką": "hours", "ar sekmadienį jūs dirbate": "hours",
            "iki kada šiandien atidaryta": "hours", "kaip man tapti skaitytoju": "card",
            "pamestas pažymėjimas ką daryti": "card", "kiek kainuoja pažymėjimas": "card",
            "noriu pratęsti knygas": "extend", "ar galite pratęsti terminą": "extend",
            "galima pratęsti dar kartą": "extend", "kiek kainuoja spausdinti puslapį": "printing",
            "ar galiu čia nukopijuoti pasą": "printing", "noriu atspausdinti ir skenuoti": "printing",
        },
        elsewhere=("koks oras bus Kaune", "kiek kainuoja bilietas į Rygą traukiniu", "skauda galvą", "ieškau buto nuomai",
                   "kas laimėjo rinkimus", "sugedo mano skalbimo mašina", "parašyk man rašinį", "kur pigiau kurą pilti"),
        yes="taip taip", thanks_again="koks buvo numeris",
    ),
    "et": SmallLibrary(
        entries={
            "hours": ("millal te avatud olete", "mis on lahtiolekuajad", "kas pühapäeval olete lahti", "mis kellani avatud",
                      "millal raamatukogu avatakse", "kas laupäeval on lahti"),
            "card": ("kuidas saada lugejakaart", "tahan lugejaks hakata", "palju lugejakaart maksab",
                     "kaotasin lugejakaardi", "kas registreerimiseks on vaja dokumenti", "kuidas registreeruda"),
            "extend": ("kuidas pikendada raamatut", "tahan laenutust pikendada", "ma ei jõua raamatut läbi lugeda",
                       "kas saab internetis pikendada", "pikendage mu raamatuid", "mitu korda saab pikendada"),
            "printing": ("kas saab printida", "palju koopia maksab", "tahan dokumenti kopeerida", "kus on printer",
                         "printimise hind", "kas saab skannida"),
        },
        asked={
            "mis kell te raamatukogu avate": "hours", "kas te pühapäeval olete avatud": "hours",
            "mis kellani täna lahti on": "hours", "kuidas ma lugejaks saan": "card",
            "lugejakaart läks kaduma": "card", "mis lugejakaart maksab": "card",
            "soovin raamatuid pikendada": "extend", "kas te pikendate laenutust": "extend",
            "kas saab veel kord pikendada": "extend", "palju maksab lehe printimine": "printing",
            "kas siin saab passi kopeerida": "printing", "tahan printida ja skannida": "printing",
        },
        elsewhere=("milline ilm on Pärnus", "palju maksab rongipilet Riiga", "pea valutab", "otsin üürikorterit",
                   "kes võitis valimised", "mu pesumasin läks katki", "kirjuta mulle essee", "kust saab odavat kütust"),
        yes="jah palun", thanks_again="mis number oli",
    ),
    "pl": SmallLibrary(
        entries={
            "hours": ("kiedy jest otwarte", "jakie są godziny otwarcia", "czy w niedzielę jest otwarte",
                      "do której jest otwarte", "o której otwiera się biblioteka", "czy pracujecie w sobotę"),
            "card": ("jak wyrobić kartę czytelnika", "chcę zostać czytelnikiem", "ile kosztuje karta czytelnika",
                     "zgubiłem kartę czytelnika", "czy potrzebny jest dokument do zapisu", "jak się zapisać"),
            "extend": ("jak przedłużyć książkę", "chcę przedłużyć termin zwrotu", "nie zdążę przeczytać książki",
                       "czy można przedłużyć przez internet", "proszę przedłużyć moje książki",
                       "ile razy można przedłużyć"),
            "printing": ("czy można drukować", "ile kosztuje ksero", "chcę skserować dokument", "gdzie jest drukarka",
                         "cena wydruku", "czy można skanować"),
        },
        asked={
            "o której otwieracie bibliotekę": "hours", "czy w niedziele pracujecie": "hours",
            "do której dziś otwarte": "hours", "jak mogę zostać czytelnikiem": "card",
            "zgubiona karta co robić": "card", "ile się płaci za kartę": "card",
            "chciałbym przedłużyć książki": "extend", "czy możecie przedłużyć termin": "extend",
            "można przedłużyć jeszcze raz": "extend", "ile kosztuje wydruk strony": "printing",
            "czy mogę tu skserować paszport": "printing", "chcę coś wydrukować i zeskanować": "printing",
        },
        elsewhere=("jaka pogoda będzie w Gdańsku", "ile kosztuje bilet na pociąg do Rygi", "boli mnie głowa",
                   "szukam mieszkania na wynajem", "kto wygrał wybory", "zepsuła mi się pralka", "napisz mi wypracowanie",
                   "gdzie jest tanie paliwo"),
        yes="tak proszę", thanks_again="jaki był numer",
    ),
}  # fmt: skip


def built(folder: Path, language: str) -> KnowledgeBase:
    """What `kb init` writes, with the library's entries beside it."""
    options = ("--company", "Library", "--lines", "+12025550101", "--languages", language)
    done = CliRunner().invoke(app, ["kb", "init", str(folder), *options])
    assert done.exit_code == 0, done.output
    base = load_knowledge_base(folder)
    model = base.entries[EntryId("contact")]
    entries = dict(base.entries)
    for name, questions in LIBRARIES[language].entries.items():
        entries[EntryId(name)] = _entry(model, name, language, questions)
    return replace(base, entries=MappingProxyType(entries))


def _entry(model: Entry, name: str, language: str, questions: tuple[str, ...]) -> Entry:
    texts = MappingProxyType(LanguageTexts({language: name}))
    asked = MappingProxyType(LanguagePhrases({language: questions}))
    return replace(model, id=EntryId(name), title=texts, template=texts, body=texts, questions=asked)


@pytest.mark.parametrize("language", LIBRARIES)
def test_it_answers_asks_back_and_declines(tmp_path: Path, language: str) -> None:
    library = LIBRARIES[language]
    pipeline = UnderstandingPipeline(built(tmp_path / "new", language))
    right = answered = wrong = 0
    for text, entry in library.asked.items():
        found = pipeline.understand(text)
        meant = found.best is not None and found.best.entry == entry
        right += meant
        answered += meant and found.outcome is Outcome.ANSWERED
        wrong += not meant and found.outcome is Outcome.ANSWERED
    declined = sum(pipeline.understand(text).outcome is not Outcome.ANSWERED for text in library.elsewhere)
    figures = (right, answered, wrong, declined)
    assert right >= 0.75 * len(library.asked), figures
    assert answered >= 0.5 * len(library.asked), figures
    assert wrong <= 1, figures
    assert declined == len(library.elsewhere), figures
    assert pipeline.match_cue(library.yes) == CueId.YES
    assert pipeline.match_cue(library.thanks_again) == CueId.AGAIN


def test_short_answers_and_opting_out_are_known_in_every_language_that_begins_with_entries() -> None:
    cues = read_universal_cues().cues
    for cue in (CueId.YES, CueId.NO, CueId.FIRST, CueId.NONE_OF_THESE, CueId.RESOLVED, CueId.CANCEL, CueId.OPT_OUT):
        assert {*cues[cue].root} >= {"lv", "ru", "en", "de", "lt", "et", "pl"}, cue
