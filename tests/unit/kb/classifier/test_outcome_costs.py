"""What outcomes cost decides from which confidence on it is answered and asked back."""

import pytest

from kb.classifier.outcome_costs import OutcomeCosts


def test_an_answer_pays_where_the_wrong_ones_cost_less_than_asking() -> None:
    costs = OutcomeCosts(wrong=4, asked_back=1, not_understood=2)
    assert costs.answer_threshold == 0.75
    assert (1 - costs.answer_threshold) * costs.wrong == pytest.approx(costs.asked_back)


def test_the_dearer_a_wrong_answer_the_surer_it_must_be() -> None:
    assert OutcomeCosts(wrong=10).answer_threshold > OutcomeCosts(wrong=2).answer_threshold


def test_choices_pay_where_the_right_one_is_among_them_often_enough() -> None:
    assert OutcomeCosts(asked_back=1, not_understood=2).clarify_threshold == 0.25
    assert OutcomeCosts(asked_back=1, not_understood=8).clarify_threshold < 0.1


def test_what_is_answered_is_never_below_what_is_asked_back() -> None:
    costs = OutcomeCosts(wrong=1.1, asked_back=1, not_understood=1)
    assert costs.clarify_threshold == costs.answer_threshold
