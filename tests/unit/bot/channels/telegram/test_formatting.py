"""How a reply is laid out."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.outgoing.formatting import to_html
from tests.e2e.telegram_peer_rules import parsed

letters = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("  \n\n.<>&\"'😀"))


@given(letters)
def test_telegram_reads_what_was_written(text: str) -> None:
    assert parsed(to_html(text))[0] == text


def test_links_become_links_and_numbers_are_left_to_telegram() -> None:
    text = "Zvaniet +371 20110525, rakstiet office@smarttek.eu\nhttps://smarttek.eu/?a=1&b=2"
    plain, entities = parsed(to_html(text))
    assert plain == text
    assert [entity["url"] for entity in entities] == ["https://smarttek.eu/?a=1&b=2"]
