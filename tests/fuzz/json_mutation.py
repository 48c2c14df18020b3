"""Changes a JSON document as a whole: bytes changed at random are hardly ever JSON, and reach no more than its reader."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

ODD_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**31,
    2**63,
    10**30,
    "",
    " ",
    "0",
    "\ud800",
    "\u0000",
    "@paligs_bot /start",
    "7:entry:hours",
    "a" * 300,
    [],
    {},
    [[]],
    {"": 0},
)
"""What a field may hold that nobody expects there."""
AS_BYTES: Final = 0.2
"""The share of changes that are left to whoever changes bytes."""

Mutate = Callable[[bytes, int], bytes]


def mutate_json(data: bytes, max_size: int, seed: int, mutate: Mutate) -> bytes:
    """The document with one to three places changed; `mutate` changes what is no JSON, and bytes now and then."""
    chance = Random(seed)  # noqa: S311
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return mutate(data, max_size)
    if chance.random() < AS_BYTES:
        return mutate(data, max_size)
    for _ in range(chance.randint(1, 3)):
        document = _changed(document, chance)
    return json.dumps(document).encode()[:max_size]


def _changed(document: Any, chance: Random) -> Any:
    places = list(_places(document))
    values = [*ODD_VALUES, *(holder[key] for holder, key in places)]
    if not places:
        return chance.choice(values)
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[chance.choice([one for _, one in places if isinstance(one, str)])] = _copy(holder[key])
        case _:
            holder[key] = _copy(chance.choice(values))
    return document


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every place that holds something, with what it is a part of."""
    keys = document.keys() if isinstance(document, dict) else range(len(document) if isinstance(document, list) else 0)
    for key in list(keys):
        yield document, key
        yield from _places(document[key])


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))
