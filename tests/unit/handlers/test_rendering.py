"""Where a channel prefers short replies, a source is named, and only its web address is left out."""

import pytest

from handlers.model.actions import Say
from handlers.rendering import EmailDraft, RenderContext, render
from tests.doubles import small_base, small_phrases


@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("Avots: Smarttek noteikumi, https://smarttek.eu/lv/noteikumi", "Avots: Smarttek noteikumi"),
        ("Avots: rokasgrāmata, https://a.example/x, 2020", "Avots: rokasgrāmata, 2020"),
        ("Avots: informatīvs ziņojums, 2020", "Avots: informatīvs ziņojums, 2020"),
    ],
)
def test_a_source_without_its_address(source: str, short: str) -> None:
    actions = (Say(text="Kase: https://b.example", source=source),)
    for prefers_short, cited in ((False, source), (True, short)):
        context = RenderContext(
            phrases=small_phrases(),
            directory=small_base().directory,
            language="lv",
            prefers_short=prefers_short,
        )
        reply = render(actions, context, EmailDraft())
        assert reply is not None
        assert reply.text == f"Kase: https://b.example\n\n{cited}"
