"""Labelled messages that stand in the content: the same words, or nearly the same letters."""

from kb.evaluation.leakage import copies
from kb.evaluation.metrics import Row
from tests.unit.kb.small import taught


def test_what_stands_in_the_content_is_found_with_its_place() -> None:
    rows = [
        Row(text="PRINTER the does not print?!", label="printer"),
        Row(text="kakaya zavtra pogoda", label="none"),
        Row(text="the printer does not prints", label="printer"),
        Row(text="why is there smoke over the machine for receipts", label="printer"),
        Row(text="?", label="none"),
    ]
    found = list(copies(rows, taught()))
    assert [(one.row.text, one.place) for one in found] == [
        (rows[0].text, "printer"),
        (rows[1].text, "decoys"),
        (rows[2].text, "printer"),
    ]
    assert found[0].likeness == 100
    assert 95 <= found[2].likeness < 100
    assert found[1].known == "какая завтра погода"
