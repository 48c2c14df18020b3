"""The targets of the fuzzer take what is usual and what is broken; and they notice a fault."""

import importlib.util

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import coverage_guided, targets
from tests.fuzz.targets import SEEDS, TARGETS

CHEAP = sorted(set(TARGETS) - {"decide"})


@pytest.mark.parametrize("name", CHEAP)
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_nothing_is_raised_for_any_bytes(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(SEEDS[name]))
    at = data.draw(st.integers(0, len(seed)))
    TARGETS[name](data.draw(st.binary(max_size=200)))
    TARGETS[name](seed[:at] + data.draw(st.binary(max_size=5)) + seed[at:])


def test_every_target_has_something_to_begin_with() -> None:
    assert set(SEEDS) == set(TARGETS)
    for name in CHEAP:
        for seed in SEEDS[name]:
            TARGETS[name](seed)


def test_a_target_that_raises_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> None:
        raise ZeroDivisionError(len(data))

    monkeypatch.setattr(targets, "TARGETS", {"frame": broken})
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ZeroDivisionError):
        coverage_guided.main("frame", 1)
