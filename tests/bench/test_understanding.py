"""The bench itself: its parts run, and a wrong name is told."""

from pathlib import Path

import pytest

from tests.bench import public
from tests.bench.understanding import PARTS, main
from tests.scoring.stages import STAGES_BY_FILE


def test_an_unknown_part_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["luck"]) == 2
    told = capsys.readouterr().out
    assert "luck: no such part" in told
    assert all(part in told.replace("\n", " ") for part in PARTS)


def test_a_part_runs_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verbatim"]) == 0
    assert "messages stand in the content" in capsys.readouterr().out


def test_every_stage_is_printed_with_what_it_wins(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stages"]) == 0
    told = capsys.readouterr().out
    assert all(file in told for file in STAGES_BY_FILE)


def test_a_few_questions_an_entry_are_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["small"]) == 0
    told = capsys.readouterr().out
    assert "queries-dev" in told
    assert "are asked for" not in told


def test_public_sets_that_are_not_there_are_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(public, "DATA", tmp_path / "data")
    assert main(["public"]) == 0
    assert "this part is left out" in " ".join(capsys.readouterr().out.split())


@pytest.mark.skipif(not public.DATA.is_dir(), reason="the public sets do not lie beside this repository")
def test_public_sets_are_printed_beside_the_best_peer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "COLUMNS", {"tilde lv": ("tilde_webapps_lv",)})
    monkeypatch.setattr(public, "OUTSIDE", ("tilde_auoos_lv",))
    assert main(["public", "public-area"]) == 0
    told = capsys.readouterr().out
    assert "tilde lv" in told
    assert "auoos_lv" in told
    assert "difference" in told
