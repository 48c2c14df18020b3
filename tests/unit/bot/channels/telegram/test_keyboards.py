"""How a choice travels in a button."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.api.updates import Message
from bot.channels.telegram.outgoing.keyboards import (
    MAX_CALLBACK_DATA_BYTES,
    ChosenOption,
    decode_choice,
    encode_choice,
    options_keyboard,
)
from handlers.model.messages import Option
from tests.unit.bot.channels.telegram.updates import message

ids = st.text(min_size=1).filter(lambda text: not text.startswith("#"))


def under(options: tuple[Option, ...], turn: str | None) -> Message:
    markup = options_keyboard(options, turn)
    assert markup is not None
    return Message.model_validate(message(reply_markup=markup.to_dict()))


@given(ids, st.none() | st.integers(0, 2**63).map(str))
def test_a_choice_comes_back_or_its_title_does(choice: str, turn: str | None) -> None:
    data = encode_choice(choice, turn)
    assert len(data.encode()) <= MAX_CALLBACK_DATA_BYTES
    back = decode_choice(data, under((Option(id=choice, title="Maiņa"),), turn))
    assert back in (
        ChosenOption(turn=turn, choice=choice, title="Maiņa"),
        ChosenOption(turn=turn, choice=None, title="Maiņa"),
    )
    assert (back.choice is None) == (len(f"{turn or ''}|{choice}".encode()) > MAX_CALLBACK_DATA_BYTES)


def test_two_choices_too_long_for_a_button_stay_two() -> None:
    options = (Option(id="entry:" + "x" * 80, title="Pirmā"), Option(id="entry:" + "x" * 81, title="Otrā"))
    assert decode_choice(encode_choice(options[1].id, "9"), under(options, "9")).title == "Otrā"


def test_quiet_choices_share_a_row() -> None:
    options = tuple(Option(id=f"{name}:hours", title=name, quiet=True) for name in ("helped", "nothelped"))
    markup = options_keyboard((Option(id="entry:a", title="A"), *options), "31")
    assert markup is not None
    assert [[button.callback_data for button in row] for row in markup.inline_keyboard] == [
        ["31|entry:a"],
        ["31|helped:hours", "31|nothelped:hours"],
    ]


def test_a_button_of_another_program_is_a_choice_that_leads_nowhere() -> None:
    assert decode_choice("start_menu", None) == ChosenOption(turn=None, choice="start_menu", title="")


def test_without_choices_there_is_no_keyboard() -> None:
    assert options_keyboard((), "1") is None
