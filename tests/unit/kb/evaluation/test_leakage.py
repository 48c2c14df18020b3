"""Labelled messages that stand in the content: the same words, or nearly the same letters."""

from dataclasses import replace

from kb.evaluation.evaluation_metrics import LabelledMessage
from kb.evaluation.leakage import find_leaks
from kb.model import DialogueAct
from tests.unit.kb.small import trainable_base


def test_what_stands_in_the_content_is_found_with_its_place() -> None:
    rows = [
        LabelledMessage(text="PRINTER the does not print?!", label="printer"),
        LabelledMessage(text="kakaya zavtra pogoda", label="none"),
        LabelledMessage(text="the printer does not prints", label="printer"),
        LabelledMessage(text="why is there smoke over the machine for receipts", label="printer"),
        LabelledMessage(text="?", label="none"),
    ]
    found = list(find_leaks(rows, trainable_base()))
    assert [(one.message.text, one.place) for one in found] == [
        (rows[0].text, "printer"),
        (rows[1].text, "decoys"),
        (rows[2].text, "printer"),
    ]
    assert found[0].similarity == 100
    assert 95 <= found[2].similarity < 100
    assert found[1].known_text == "какая завтра погода"


def test_what_stands_among_the_dialogue_acts_is_found_with_its_act() -> None:
    thanks = {DialogueAct.THANKS: {"lv": ("liels paldies",), "ru": (), "en": ()}}
    (found,) = find_leaks(
        [LabelledMessage(text="Paldies liels!", label="none")], replace(trainable_base(), dialogue=thanks)
    )
    assert found.place == f"dialogue:{DialogueAct.THANKS}"
