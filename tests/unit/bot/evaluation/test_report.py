"""What is told about judged rows: every figure by its name, as JSON, as tables and as a picture."""

import json
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from bot.evaluation.comparison import OUR_NAME, RankerResult
from bot.evaluation.errors import EvaluationError
from bot.evaluation.reliability_diagram import render_diagram, save_diagram
from bot.evaluation.report import EvaluationReport, make_report
from bot.evaluation.report_tables import print_report, wilson_interval
from kb.evaluation.evaluation_metrics import LabelledMessage, Prediction
from kb.model import EntryId
from kb.understanding.result import Outcome
from tests.doubles import small_base


def judged(label: str, entry: str, score: float, *, style: str = "plain") -> Prediction:
    return Prediction(
        message=LabelledMessage(text="?", label=label, language="lv" if style == "plain" else "ru", style=style),
        outcome=Outcome.ANSWERED,
        ranking=((EntryId(entry), score),),
        seconds=0.001,
        language="lv",
    )


ROWS = (
    judged("dead", "dead", 0.97),
    judged("hours", "dead", 0.75, style="typo"),
    judged("ticket", "ticket", 0.9),
    judged("none", "hours", 0.2),
)


@pytest.fixture
def told() -> EvaluationReport:
    return make_report(RankerResult(name=OUR_NAME, training_seconds=1.5, predictions=ROWS), small_base(), leaked=2)


def test_every_figure_has_a_name_that_a_limit_can_be_set_for(told: EvaluationReport) -> None:
    named = told.by_name()
    assert named["first"] == pytest.approx(2 / 3)
    assert (named["learning_s"], named["copied"]) == (1.5, 2)
    assert named["dead.recall"] == named["urgent_recall"] == 1
    assert named["dead.false_alarms"] == named["urgent_false_alarms"] == pytest.approx(1 / 3)
    assert (named["lv.first"], named["typo.first"]) == (1, 0)
    assert named["calibration_error"] == pytest.approx((0.03 + 0.1 + 0.75 + 0.2) / 4, abs=0.01)


def test_the_whole_report_is_json(told: EvaluationReport) -> None:
    read = json.loads(json.dumps(told.as_json()))
    assert set(read) == {"figures", "by_language", "by_style", "urgent", "confusions", "reliability", "curve"}
    assert read["figures"]["first"] == 0.66667
    assert set(read["by_language"]) == {"lv", "ru"}
    assert read["by_style"]["typo"]["rows"] == 1
    assert {one["entry"] for one in read["urgent"]} == {"dead", "ticket"}
    assert {"expected": "hours", "got": "dead", "count": 1} in read["confusions"]
    assert sum(one["rows"] for one in read["reliability"]) == 4


def test_the_keys_that_scripts_rely_on_stay(told: EvaluationReport) -> None:
    read = told.as_json()
    group = {
        "rows", "in_scope", "first", "among_three", "answered", "answered_wrongly", "risk", "out_of_scope_answered",
        "out_of_scope_unknown", "out_of_scope_recall", "roc_area", "language", "p50_ms", "p99_ms",
    }  # fmt: skip
    more = {"learning_s", "copied", "calibration_error", "urgent_recall", "urgent_false_alarms"}
    assert read["figures"].keys() == group | more
    assert read["by_language"]["lv"].keys() == read["by_style"]["typo"].keys() == group
    assert read["urgent"][0].keys() == {"entry", "rows", "recall", "false_alarms"}
    assert read["confusions"][0].keys() == {"expected", "got", "count"}
    assert read["reliability"][0].keys() == {"low", "high", "rows", "promised", "kept"}
    assert {name for name in told.by_name() if name.startswith("lv.")} == {f"lv.{key}" for key in group}


def test_rows_without_language_or_style_are_not_parted() -> None:
    bare = Prediction(
        message=LabelledMessage(text="?", label="dead"), outcome=Outcome.UNKNOWN, ranking=(), seconds=0.001
    )
    told = make_report(RankerResult(name=OUR_NAME, training_seconds=0, predictions=(bare,)), small_base())
    assert told.by_language == told.by_style == {}


def test_tables_fit_a_screen_of_eighty_columns(told: EvaluationReport) -> None:
    out = StringIO()
    beside = [
        RankerResult(name=name, training_seconds=0.1, predictions=ROWS)
        for name in ("token_set_ratio", "tfidf-logistic")
    ]
    print_report(Console(file=out, width=80), "rows.tsv: 4 messages", told, beside)
    text = out.getvalue()
    assert "…" not in text
    for part in (
        "top-1 accuracy",
        "token_set_ratio",
        "by language",
        "by style",
        "urgent entries",
        "1 x hours predicted as dead",
    ):
        assert part in text


def test_an_interval_tells_how_far_a_share_of_few_messages_carries() -> None:
    assert wilson_interval(0.957, 210) == "0.920 to 0.977"
    assert wilson_interval(1.0, 10) == "0.722 to 1.000"
    assert wilson_interval(0.0, 0) == ""


def test_the_picture_holds_the_numbers_of_messages_for_light_and_dark(told: EvaluationReport, tmp_path: Path) -> None:
    save_diagram(told.reliability, tmp_path / "r.svg", "rows.tsv")
    text = (tmp_path / "r.svg").read_text("utf-8")
    nodes = ET.fromstring(text).iter()  # noqa: S314 - our own
    labels = [node.text for node in nodes if node.get("class") == "bin" and node.tag.endswith("text")]
    assert labels == ["1", "1", "2"]
    assert "prefers-color-scheme: dark" in text
    assert "<script" not in text
    assert render_diagram(told.reliability, "rows.tsv") == text


def test_a_picture_that_cannot_be_written_is_told(told: EvaluationReport, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="name a file in a folder"):
        save_diagram(told.reliability, tmp_path / "none" / "r.svg", "rows.tsv")
