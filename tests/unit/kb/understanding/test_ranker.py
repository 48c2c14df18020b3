"""What the ranker tells beside confidences: which of the offered is meant, what is known, what a message leaves behind."""

from dataclasses import replace

import numpy as np
import pytest

from kb.classifier import trainer
from kb.features.dataset import build_dataset
from kb.model import LANGUAGES, EntryId
from kb.text.tokenize import phonetic_tokens
from kb.understanding.cues import CueMatcher
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.ranker import MAX_TERMS, EntryRanker
from kb.understanding.result import Outcome
from tests.unit.kb.small import pipeline, trainable_base
from tests.unit.kb.understanding.scripted import candidate

PRINTER, SCANNER, CLOSE, HOURS, DEAD = map(EntryId, ("printer", "scanner", "close", "hours", "dead"))


@pytest.fixture(scope="module")
def ranker() -> EntryRanker:
    base = trainable_base()
    dataset = build_dataset(base)
    return EntryRanker(base, trainer.train(base), dataset, CueMatcher(base.cues))


@pytest.fixture(scope="module")
def titles() -> dict[EntryId, list[str]]:
    return {
        entry.id: [token for language in LANGUAGES for token in phonetic_tokens(entry.title[language])]
        for entry in trainable_base().entries.values()
    }


def test_a_word_of_a_title_chooses_it_among_the_offered() -> None:
    assert pipeline().choose("skeneris", (PRINTER, SCANNER)) == SCANNER
    assert pipeline().choose("skeneri", (PRINTER, SCANNER)) == SCANNER, "whatever its ending"
    assert pipeline().choose("that scanner over there of course", (PRINTER, SCANNER)) == SCANNER


def test_words_of_its_questions_choose_one_where_no_title_is_named() -> None:
    assert pipeline().choose("barcodes fail", (SCANNER, HOURS)) == SCANNER
    assert pipeline().choose("barcodes fail", (SCANNER,)) == SCANNER


@pytest.mark.parametrize("text", ["", "!?", "bzzt grmpf", "and so on it goes then"])
def test_words_that_mean_none_of_the_offered_choose_none(text: str) -> None:
    assert pipeline().choose(text, (PRINTER, SCANNER)) is None


@pytest.mark.parametrize(
    ("printer", "scanner", "chosen"),
    [(3.0, 1.0, PRINTER), (3.0, 2.9, None), (1.2, 0.1, None), (1.6, 0.1, PRINTER), (0.1, 2.0, SCANNER)],
)
def test_words_choose_by_a_score_that_is_high_enough_and_well_before_the_next(
    ranker: EntryRanker,
    titles: dict[EntryId, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    printer: float,
    scanner: float,
    chosen: EntryId | None,
) -> None:
    scores = np.zeros(len(ranker._entries), dtype=np.float32)
    scores[ranker._column_of[PRINTER]], scores[ranker._column_of[SCANNER]] = printer, scanner
    monkeypatch.setattr(ranker._classifier, "scores", lambda _tokens: (scores, ()))
    assert ranker.choose(["bzzt"], (PRINTER, SCANNER), titles) == chosen


def test_nothing_is_chosen_where_nothing_is_offered_that_is_known() -> None:
    assert pipeline().choose("skeneris", ()) is None


def test_an_entry_that_was_never_learnt_is_not_chosen(ranker: EntryRanker, titles: dict[EntryId, list[str]]) -> None:
    assert ranker.choose(["skeneris"], (EntryId("gone"),), titles) is None


def test_stopped_trading_is_told_and_not_chosen_in_passing_unless_its_title_is_named() -> None:
    assert pipeline().choose("no sells", (DEAD,)) is None
    assert pipeline().choose("till is dead", (DEAD, HOURS)) == DEAD


def test_half_of_the_words_make_a_message_known(ranker: EntryRanker) -> None:
    assert ranker.is_known(phonetic_tokens("printer bzzt"))
    assert not ranker.is_known(phonetic_tokens("printer bzzt grmpf"))
    assert ranker.is_known([])


def test_the_rarest_words_of_a_message_are_its_telling_terms_in_their_order(ranker: EntryRanker) -> None:
    assert ranker.telling_terms(phonetic_tokens("barcodes fail, the scanner bzzt in 24")) == (
        *phonetic_tokens("barcodes fail"),
        *phonetic_tokens("scanner"),
    )
    assert ranker.telling_terms([]) == ()
    many = [
        token for text in ("barcodes fail scanner read printer print receipts come") for token in phonetic_tokens(text)
    ]
    assert len(ranker.telling_terms(many)) <= MAX_TERMS


def test_an_entry_set_aside_scores_less(ranker: EntryRanker) -> None:
    tokens = phonetic_tokens("what about the printer")
    first = ranker.rank(tokens, None)[0]
    assert first.entry == PRINTER
    less = next((one.confidence for one in ranker.rank(tokens, None, excluded=PRINTER) if one.entry == PRINTER), 0.0)
    assert less < first.confidence
    assert ranker.rank(tokens, None, excluded=EntryId("gone"))[0] == first


def test_terms_of_the_turn_before_help_a_message_along(ranker: EntryRanker) -> None:
    terms = dict.fromkeys(phonetic_tokens("scanner barcodes"), 0.7)
    alone = next((one.confidence for one in ranker.rank(["it"], None) if one.entry == SCANNER), 0.0)
    assert ranker.rank(["it"], None, context_terms=terms)[0].entry == SCANNER
    assert ranker.rank(["it"], None, context_terms=terms)[0].confidence > alone


def test_in_a_conversation_an_urgent_entry_that_is_slightly_likely_is_asked_about(ranker: EntryRanker) -> None:
    candidates = (candidate("hours", 0.15), candidate("dead", 0.1))
    assert ranker.outcome(candidates, in_conversation=True) is Outcome.CLARIFIED
    assert ranker.outcome((candidate("hours", 0.01), candidate("dead", 0.09))) is Outcome.UNKNOWN


def test_a_correction_is_understood_within_what_is_talked_about() -> None:
    asked = pipeline().understand("printer does not print")
    found = pipeline().understand("no, the scanner", previous_entry=PRINTER, previous_terms=asked.terms)
    assert found.corrects
    assert found.candidates[0].entry == SCANNER


def test_the_pipeline_keeps_what_a_turn_leaves_behind() -> None:
    assert set(pipeline().understand("barcodes fail").terms) == set(phonetic_tokens("barcodes fail"))
    assert pipeline().understand("").terms == ()


def test_two_pipelines_of_one_content_choose_alike() -> None:
    base = trainable_base()
    assert UnderstandingPipeline(replace(base)).choose("skeneris", (PRINTER, SCANNER)) == SCANNER


def test_an_answer_that_must_be_likelier_needs_more_confidence(ranker: EntryRanker) -> None:
    candidates = (candidate(CLOSE, 0.9), candidate(HOURS, 0.01))
    assert ranker.outcome(candidates) is Outcome.ANSWERED
    assert ranker.outcome(candidates, required=3.5) is Outcome.CLARIFIED
