"""Which devices are named, and whether an entry is about others."""

import pytest

from handlers.model.context import KnowledgeBundle
from kb.model import EntryId
from kb.understanding.lesson_overlay import LessonOverlay


def test_devices_are_named_in_any_language(shipped: KnowledgeBundle) -> None:
    assert shipped.interpreter.devices_in("printeris un kase, касса") == {"printer", "till"}
    assert shipped.interpreter.devices_in("it works") == frozenset()


@pytest.mark.parametrize(
    ("said", "entry", "another"),
    [
        ("the printer works", "cash-drawer", True),
        ("drawer opens", "cash-drawer", False),
        ("virtuve strādā", "kitchen-printer", False),
        ("кассы норм", "tablet", True),
        ("printeris drukā", "receipt-printer", False),
        ("it works", "cash-drawer", False),
        ("the printer works", "order-lost", False),
    ],
)
def test_an_entry_is_about_the_devices_of_its_title_and_questions(
    said: str, entry: str, another: bool, shipped: KnowledgeBundle
) -> None:
    assert shipped.interpreter.names_another_device(said, EntryId(entry)) is another
    overlaid = LessonOverlay(shipped.interpreter, ())
    assert overlaid.names_another_device(said, EntryId(entry)) is another
    assert overlaid.devices_in(said) == shipped.interpreter.devices_in(said)
    assert overlaid.out_of_scope(said) == shipped.interpreter.out_of_scope(said)
