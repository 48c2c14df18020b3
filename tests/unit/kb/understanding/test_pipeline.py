"""What a message is taken to mean: sure, unsure or unknown; the same in every process; and how good it is on the whole."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.model.context import KnowledgeBundle
from kb.evaluation.evaluation_metrics import LabelledMessage, compute_metrics, entry_metrics, predict
from kb.model import EntryId
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.result import Evidence, Interpreter, Outcome
from tests.shared import queries
from tests.unit.kb.small import pipeline, trainable_base

REPOSITORY = Path(__file__).parents[4]
PRINTER = EntryId("printer")


def first(text: str) -> str | None:
    best = pipeline().understand(text).best
    return best.entry if best else None


def test_a_matcher_is_what_the_handlers_need() -> None:
    needed: Interpreter = pipeline()
    assert needed.match_cue("jā") == "yes"


def test_what_no_entry_answers_is_told_from_what_one_may() -> None:
    known = pipeline()
    decoy = next(text for texts in trainable_base().out_of_scope.values() for text in texts)
    assert known.out_of_scope(decoy) > 0.5 > known.out_of_scope("Printeris nedrukā!")
    assert known.out_of_scope("?!") == 0
    without = UnderstandingPipeline(replace(trainable_base(), out_of_scope={}))
    assert without.out_of_scope(decoy) == 0


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Printeris nedrukā!", "printer"),
        ("printeris atkal nedruka", "printer"),
        ("принтер опять не печатает", "printer"),
        ("printer ne pe4ataet", "printer"),
        ("prinetr ne pechataet", "printer"),
        ("receipt machine does not print", "printer"),
        ("neviena kase nestrādā", "dead"),
        ("ни одна касса не работает", "dead"),
        ("создайте мне заявку", "ticket"),
        ("cikos jus stradajat", "hours"),
        ("HELLO", "hello"),
    ],
)
def test_a_message_finds_its_entry(text: str, entry: str) -> None:
    understood = pipeline().understand(text)
    assert first(text) == entry
    assert understood.outcome is Outcome.ANSWERED


def test_a_known_question_is_answered_word_for_word() -> None:
    best = pipeline().understand("kur beigt dienu?").best
    assert best is not None
    assert (best.entry, best.confidence) == ("close", 0.99)


def test_a_few_known_words_are_known_in_any_order_unless_one_is_denied() -> None:
    assert pipeline().understand("dienu kur beigt").best == pipeline().understand("kur beigt dienu").best
    base, close = trainable_base(), EntryId("close")
    asked = {**base.entries[close].questions, "lv": ("maiņa nav galā",)}
    denying = UnderstandingPipeline(
        replace(base, entries={**base.entries, close: replace(base.entries[close], questions=asked)})
    )
    whys = [denying.understand(text).explanation for text in ("maiņa nav galā", "nav galā maiņa")]
    assert [why and why.decided_by for why in whys] == ["exact_match", "rank"]


def test_a_few_known_words_with_a_slip_in_them_are_known_and_the_slip_is_told() -> None:
    best = pipeline().understand("kur beigt dieno").best
    assert best is not None
    assert (best.entry, best.confidence, best.corrections) == ("close", 0.99, ("deno → denu",))


def test_a_decoy_is_known_to_be_nobodys() -> None:
    understood = pipeline().understand("meklēju darbu")
    assert understood.outcome is Outcome.UNKNOWN
    assert {match.confidence for match in understood.candidates} == {0.0}


def test_what_is_said_in_other_words_shows_the_nearest_question() -> None:
    evidence = pipeline().evidence("hello the printer prints nothing, does not print", [PRINTER, EntryId("hello")])
    assert evidence.questions[PRINTER] == "the printer does not print"
    assert set(evidence.questions) == {PRINTER, "hello"}
    assert "printer" in evidence.concepts


def test_what_holds_no_word_or_means_no_entry_shows_nothing() -> None:
    assert pipeline().evidence("...", [PRINTER]) == pipeline().evidence("printer", []) == Evidence()


def test_mended_words_are_told() -> None:
    best = pipeline().understand("принтер не печатвет").best
    assert best is not None
    assert best.corrections == ("pecatvet → pecataet",)


def test_nothing_said_is_nothing_understood() -> None:
    for text in ("", " ", "🙂", "?!", "\ud83d"):
        understood = pipeline().understand(text, language="lv")
        assert (understood.outcome, understood.candidates, understood.language) == (Outcome.UNKNOWN, (), None)


def test_strange_words_alone_are_not_understood() -> None:
    assert pipeline().understand("bzzt grmpf").outcome is Outcome.UNKNOWN
    assert pipeline().understand("асдф йцук").outcome is Outcome.UNKNOWN


def test_the_language_of_the_talk_helps_where_a_message_does_not_tell() -> None:
    assert pipeline().understand("123", language="ru").language == "ru"
    assert pipeline().understand("принтер", language="lv").language == "ru"


def test_what_goes_on_about_the_topic_before_leans_to_it() -> None:
    def close(after: EntryId | None) -> float:
        understood = pipeline().understand("un ja viesis vēl sēž", previous_entry=after)
        return next((match.confidence for match in understood.candidates if match.entry == "close"), 0)

    assert close(EntryId("close")) > close(EntryId("hours"))
    assert close(EntryId("close")) > close(None)


def test_what_goes_on_but_surely_names_another_topic_is_about_that() -> None:
    understood = pipeline().understand("un ja printeris nedrukā", previous_entry=EntryId("hours"))
    assert understood.candidates == pipeline().understand("un ja printeris nedrukā").candidates
    assert understood.candidates[0].entry == "printer"


def test_in_a_talk_less_is_enough_to_answer_but_not_for_a_few_words() -> None:
    vague, after = "hours nekas bet tur kaut", EntryId("hours")
    assert pipeline().understand(vague).outcome is Outcome.CLARIFIED
    assert pipeline().understand(vague, previous_entry=after).outcome is Outcome.ANSWERED
    few = pipeline().understand("hours tur kad", previous_entry=after)
    assert few.outcome is pipeline().understand("hours tur kad").outcome


def test_after_a_greeting_the_matter_counts_even_where_it_is_not_understood() -> None:
    assert (
        pipeline().understand("labdien, kā aizvērt maiņu").candidates[0]
        == pipeline().understand("kā aizvērt maiņu").candidates[0]
    )
    assert pipeline().understand("sveiki bzzt grmpf").outcome is Outcome.UNKNOWN
    assert pipeline().understand("labdien").candidates[0].entry == "hello"


def test_a_greeting_alone_greets_where_an_entry_does() -> None:
    base = trainable_base()
    greeting = replace(base.cues["greeting"], phrases={"lv": ("esi vesels",), "ru": (), "en": ()})
    greets = replace(base, cues={**base.cues, "greeting": greeting})
    assert UnderstandingPipeline(greets).understand("Esi vesels!").outcome is Outcome.ANSWERED
    mute = replace(greets, directory=replace(base.directory, greeting_entry=None))
    assert UnderstandingPipeline(mute).understand("Esi vesels!").outcome is not Outcome.ANSWERED


def test_two_words_that_several_faults_share_do_not_tell_them_apart() -> None:
    faults = {"printer": "drukātājs neiet", "scanner": "skeneris neiet"}
    base = trainable_base()
    more = {
        EntryId(entry): replace(
            base.entries[EntryId(entry)],
            questions={**base.entries[EntryId(entry)].questions, "lv": tuple(f"{text} {n}" for n in "abc")},
        )
        for entry, text in faults.items()
    }
    both = UnderstandingPipeline(replace(base, entries={**base.entries, **more}))
    understood = both.understand("neiet")
    assert understood.outcome is Outcome.CLARIFIED
    assert {match.entry for match in understood.candidates[:2]} == {"printer", "scanner"}


def test_a_follow_up_of_its_own_is_not_bent() -> None:
    assert pipeline().understand("printeris nedrukā", previous_entry=EntryId("hours")).candidates[0].entry == "printer"
    assert pipeline().understand("printeris nedrukā", previous_entry=EntryId("gone")).candidates[0].entry == "printer"


def test_two_things_in_one_message_are_both_found() -> None:
    understood = pipeline().understand("Cikos strādājat? Un printeris nedrukā. Ok. Un printeris nedrukā!")
    found = {understood.candidates[0].entry, *(other.entry for other in understood.secondary)}
    assert found == {"hours", "printer"}


def test_a_greeting_is_not_what_a_message_is_about() -> None:
    understood = pipeline().understand("Hello good morning, hello good morning. Where do I end the day?")
    assert [match.entry for match in understood.candidates[:2]] == ["close", "hello"]
    assert understood.secondary == ()


def test_what_is_over_is_less_critical() -> None:
    now = pipeline().understand("šodien kase stāv")
    over = pipeline().understand("vakar kase stāv")
    assert over.signals == {"past"}
    assert now.candidates[0].entry == "dead"
    assert next((m.confidence for m in over.candidates if m.entry == "dead"), 0) < now.candidates[0].confidence


def test_at_most_five_matches_are_shown_best_first() -> None:
    understood = pipeline().understand("kase printeris maiņa")
    scores = [match.confidence for match in understood.candidates]
    assert 1 <= len(scores) <= 5
    assert scores == sorted(scores, reverse=True)


@pytest.mark.no_cover
@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered_and_always_the_same(text: str) -> None:
    once, again = pipeline().understand(text), pipeline().understand(text)
    assert once == again
    assert all(0 <= match.confidence <= 1 for match in once.candidates)
    pipeline().match_cue(text)


@pytest.mark.parametrize("text", ["a" * 100_000, "kase " * 20_000, "ж" * 10_000, "😀" * 100_000])
def test_endless_text_is_answered_in_a_moment(text: str) -> None:
    pipeline().understand("kase")
    start = time.thread_time()
    pipeline().understand(text)
    assert time.thread_time() - start < 0.2


_ASK = """
from tests.unit.kb.small import pipeline
for text in ("printeris ne", "kase stav vakar", "privet kto vy", "where do i"):
    print(pipeline().understand(text))
"""


def test_every_process_understands_the_same() -> None:
    said = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        ran = subprocess.run(
            [sys.executable, "-c", _ASK], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True
        )
        said.add(ran.stdout.replace("frozenset({", "").replace("})", ""))
    assert len(said) == 1


def rows(name: str) -> tuple[LabelledMessage, ...]:
    return tuple(
        LabelledMessage(text=row["text"], label=row["label"], language=row["lang"], style=row["style"])
        for row in queries(name)
    )


@pytest.mark.no_cover
def test_messages_as_people_write_them_are_understood(shipped: KnowledgeBundle) -> None:
    judged = predict(rows("queries-dev.tsv"), shipped.interpreter, time.perf_counter)
    found = compute_metrics(judged)
    assert found.top1_accuracy is not None
    assert found.top1_accuracy >= 0.95
    assert (found.recall_at_3 or 0) >= 0.98
    assert (found.confident_error_rate or 0) <= 0.02
    assert (found.out_of_scope_answered or 0) <= 0.06
    assert (found.language_accuracy or 0) >= 0.95
    for urgent in ("till-down", "ticket-create"):
        assert (entry_metrics(judged, EntryId(urgent)).false_positive_rate or 0) <= 0.01


@pytest.mark.no_cover
def test_hard_messages_are_understood_more_often_than_not(shipped: KnowledgeBundle) -> None:
    found = compute_metrics(predict(rows("queries-hard-dev.tsv"), shipped.interpreter, time.perf_counter))
    assert (found.top1_accuracy or 0) >= 0.7
    assert (found.recall_at_3 or 0) >= 0.83
    assert (found.out_of_scope_answered or 0) <= 0.2


def test_an_understanding_tells_why() -> None:
    matches = pipeline().understand("printeris neiet nemaz")
    assert matches.explanation is not None
    assert 0 < matches.explanation.clarify_threshold <= matches.explanation.answer_threshold < 1
    known = pipeline().understand("kad strādājat").explanation
    assert known is not None
    assert not known.corrections


def test_every_title_that_people_read_on_a_choice_is_understood_as_its_entry(shipped: KnowledgeBundle) -> None:
    wrong = []
    for entry in shipped.base.entries.values():
        for title in entry.title.values():
            found = shipped.interpreter.understand(title)
            if found.outcome is not Outcome.ANSWERED or found.best is None or found.best.entry != entry.id:
                wrong.append(f"{title}: {found.outcome} {found.best}")
    assert wrong == []
