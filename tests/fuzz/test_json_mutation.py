"""A changed document is JSON again, in another shape; what is none is left to whoever changes bytes."""

import json
from itertools import count

from tests.fuzz.json_mutation import mutate_json
from tests.fuzz.targets import SEEDS


def left_alone(data: bytes, max_size: int) -> bytes:
    return b"bytes"


def test_most_changes_are_json_and_differ() -> None:
    (seed, *_) = SEEDS["update"]
    changed = {mutate_json(seed, 2048, number, left_alone) for number in range(200)} - {b"bytes"}
    assert len([one for one in changed if json.loads(one) != json.loads(seed)]) > 100


def test_what_is_changed_again_and_again_stays_json_within_the_size() -> None:
    data = SEEDS["frame"][2]
    for number in range(500):
        data = mutate_json(data, 2048, number, lambda data, _: data)
        assert len(data) <= 2048
    assert any(mutate_json(b"7", 100, seed, left_alone) not in (b"7", b"bytes") for seed in count())


def test_what_is_no_json_is_changed_as_bytes() -> None:
    assert mutate_json(b"{", 10, 1, left_alone) == b"bytes"
