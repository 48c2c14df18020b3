"""Secrets are masked however people write them, and numbers that are none stay."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest

from handlers.input.redaction import MASK, mask, speaks_of_secrets
from kb.model import EntryId
from tests.doubles import Dialog, means, small_base
from tests.shared import DATA

_SECRET: Final = re.compile(r"⟦(.*?)⟧", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class LabelledSecret:
    """A message as it comes in and as it may be stored; `after_pin`: the bot has just spoken of PINs."""

    text: str
    stored: str
    after_pin: bool

    @property
    def holds_secret(self) -> bool:
        """Whether anything in it is to be masked."""
        return self.text != self.stored


def _read() -> list[LabelledSecret]:
    rows = (DATA / "secrets.tsv").read_text("utf-8").splitlines()[1:]
    labelled = []
    for row in rows:
        after, text = row.split("\t")
        text = text.replace("\\n", "\n")
        stored = _SECRET.sub(MASK, text)
        labelled.append(LabelledSecret(text=_SECRET.sub(r"\1", text), stored=stored, after_pin=after == "pin"))
    return labelled


ROWS: Final = _read()
MASKED_BY_MISTAKE: Final = 0
"""Messages without a secret that are changed all the same, of those in tests/data/secrets.tsv."""


def test_the_labelled_file_holds_300_messages_about_half_with_a_secret() -> None:
    assert len(ROWS) >= 300
    assert 0.4 < sum(row.holds_secret for row in ROWS) / len(ROWS) < 0.6


@pytest.mark.parametrize("row", [row for row in ROWS if row.holds_secret], ids=lambda row: repr(row.text))
def test_a_secret_is_masked_and_the_rest_stays(row: LabelledSecret) -> None:
    assert mask(row.text, code_expected=row.after_pin)[0] == row.stored


def test_numbers_that_are_no_secret_are_not_masked() -> None:
    plain = [row for row in ROWS if not row.holds_secret]
    wrong = {
        row.text: masked for row in plain if (masked := mask(row.text, code_expected=row.after_pin)[0]) != row.text
    }
    assert len(wrong) <= MASKED_BY_MISTAKE, wrong


def test_what_is_masked_once_is_not_masked_again() -> None:
    for row in ROWS:
        assert mask(row.stored) == (row.stored, ()), row.stored


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("PIN kodu čatā nesūtiet.", True),
        ("PIN в чат не присылайте.", True),
        ("Смените пароль в Office.", True),
        ("Change the password in Office.", True),
        ("Pievienojiet pinpadu vēlreiz.", False),
        ("Atveriet maiņu.", False),
    ],
)
def test_a_sentence_that_speaks_of_secrets_is_known(text: str, speaks: bool) -> None:
    assert speaks_of_secrets(text) is speaks


def _talk_about_pins() -> Dialog:
    """A talk whose entry "hours" speaks of PINs."""
    base = small_base()
    hours = base.entries[EntryId("hours")]
    asks = replace(hours, body={**hours.body, "en": "Ask your manager. Don't send a PIN in chat."})
    return Dialog(
        {"who gives me one?": means("hours", language="en"), "where?": means("printer", language="en")},
        base=replace(base, entries={**base.entries, hours.id: asks}),
    ).speaks("en")


def test_a_bare_code_after_the_bot_spoke_of_pins_is_not_stored() -> None:
    talk = _talk_about_pins()
    talk.says("4471")
    assert talk.decided.stored_text == "4471", "nothing was said of PINs yet"
    talk.says("who gives me one?")
    assert "don't send" in talk.says("4471").text
    assert talk.decided.stored_text == MASK
    talk.says("4472?")
    assert talk.decided.stored_text == f"{MASK}?", "right after the warning"


def test_a_number_long_after_the_bot_spoke_of_pins_or_after_another_topic_is_stored() -> None:
    talk = _talk_about_pins()
    talk.says("who gives me one?")
    talk.waits(timedelta(hours=1))
    talk.says("4471")
    assert talk.decided.stored_text == "4471"
    talk.says("who gives me one?")
    talk.says("where?")
    talk.says("4471")
    assert talk.decided.stored_text == "4471"
