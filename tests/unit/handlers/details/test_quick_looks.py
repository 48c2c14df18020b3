"""The quick looks before slow patterns hide nothing that these find: a secret, a place, a till, a person."""

import pytest

from handlers.details import contact_extraction, device_extraction, place_extraction
from handlers.details.extraction import extract_details
from handlers.input import redaction
from handlers.input.redaction import MASK, mask
from tests.shared import DATA

NAMES_OF_SECRETS = """pin пин pins pinu пина pinkods pin-kods pin code passcode pass-code kods kodu koda kod code код кода
    коду кодом parole paroles paroli parolei parol parolj password passwort passwd passw pwd psw пароль пароля паролю
    паролем pasvord passvord pasvords пасворд пассворд PIN ПАРОЛЬ Kods""".split()
PLACES = """restorānā restorans kafejnīcā kafejnicas bistro bārā baram krogā picērijā picerija ēdnīcā ednicu viesnīcā
    veikalā konditorejā ресторане кафе кафешка бистро баре пиццерия столовой кофейне гостинице отеле restaurant cafe café
    bar pub hotel pizzeria bakery t/c tc т/ц тц mall""".split()
DEVICES = """kase 2|kasē 2|kassa 2|kassu 2|касса 2|кассу 2|till 2|cash register 2|register 2|pos 2|termināls 2|terminalis 2
    |терминал 2|printeris 2|принтер 2|planšete 2|planseti 2|планшет 2|tablet 2|virtuves printeris|bāra kase|чековый принтер
    |bankas terminālis|card terminal|otrā kase|вторая касса|2. kase""".split("|")
PEOPLE = """mani sauc|mans vārds ir|mans vards ir|меня зовут|мое имя|моё имя|my name is|my name's|zvanīja|zvanija|esmu|šeit
    |runā|kontaktpersona|kontakts|звонила|это|говорит|контакт|this is|i am|i'm|it's|contact person is|zvaniet|piezvani
    |prasiet|jautājiet|jautat|позвоните|перезвоните|спросите|спрашивайте|попросите|ask for|call|speak to
    |talk to""".split("|")


@pytest.mark.parametrize("name", NAMES_OF_SECRETS)
def test_a_secret_is_masked_whatever_it_is_called(name: str) -> None:
    assert MASK in mask(f"{name}: 482915")[0] or MASK in mask(f"{name} 482915")[0]


@pytest.mark.parametrize("kind", PLACES)
def test_a_place_is_found_whatever_it_is_called(kind: str) -> None:
    assert "Rozengrāls" in (extract_details(f"mēs esam {kind} Rozengrāls").place or "")


@pytest.mark.parametrize("device", [device.strip() for device in DEVICES])
def test_a_device_is_found_whatever_it_is_called(device: str) -> None:
    assert extract_details(f"nedarbojas: {device}").device is not None


@pytest.mark.parametrize("cue", [cue.strip() for cue in PEOPLE])
def test_a_person_is_found_however_named(cue: str) -> None:
    assert extract_details(f"{cue} Anna").name == "Anna"


class EverythingPasses:
    """No quick look."""

    def passes(self, text: str) -> bool:
        return len(text) >= 0


def test_no_labelled_message_tells_less(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for file in sorted(DATA.rglob("*.tsv")) for line in file.read_text("utf-8").splitlines()]
    messages = [line.split("\t")[0] for line in lines]
    quick = [(mask(text), extract_details(text)) for text in messages]

    monkeypatch.setattr(redaction, "SECRET_FILTER", EverythingPasses())
    monkeypatch.setattr(place_extraction, "_KIND_FILTER", EverythingPasses())
    monkeypatch.setattr(device_extraction, "_DEVICE_FILTER", EverythingPasses())
    monkeypatch.setattr(contact_extraction, "_CUE_FILTER", EverythingPasses())

    assert len(messages) > 1000
    assert quick == [(mask(text), extract_details(text)) for text in messages]
