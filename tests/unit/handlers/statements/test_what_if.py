"""What only asks about a case tells nothing that is so now."""

import pytest

from handlers.statements.what_if import is_what_if


@pytest.mark.parametrize(
    ("text", "only_asks"),
    [
        ("bet kas darāms ja atkal apstāsies", True),
        ("ja apstāsies tad zvanīt kur", True),
        ("ja kase apstājas, ko darīt?", True),
        ("куда звонить если опять встанет", True),
        ("esli vstanet, to chto delat?", True),
        ("and what if it stops again", True),
        ("if it stops whom do we call?", True),
        ("till is frozen, if it freezes again we lose guests", False),
        ("kase atkal apstājās, ja atkārtojas trešo reizi", False),
        ("касса зависла, если опять зависнет мы закроемся", False),
        ("if it stops again I go mad, it stands now", False),
        ("ja tas notiek vēl vienu reizi šovakar tad mēs vairs nevaram turpināt", False),
        ("kase stāv", False),
    ],
)
def test_only_one_question_about_a_case_is_one(text: str, only_asks: bool) -> None:
    assert is_what_if(text) is only_asks
