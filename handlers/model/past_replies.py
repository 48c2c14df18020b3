"""What the turns before were answered with, by the names of their handlers, as a session keeps them."""

from typing import Final

SAYING_ALL: Final = frozenset({"topic", "outage", "choice", "tapped", "which_fault", "likelier_own", "likelier_next"})
"""An entry was said, or a part of it."""
SAYING_WHO_KNOWS: Final = frozenset({"follow_up", "likelier_topic", "likelier_own"})
"""It was said who knows more."""
NOTING: Final = frozenset({"detail", "likelier_topic", "likelier_line"})
"""A detail may have been thanked for, with the number."""
ASKING_WHICH_FAULT: Final = frozenset({"which_fault", "bare_fault"})
"""It was asked which fault it is: place and time answer that as well as a choice."""
GOOD_NEWS: Final = frozenset({"resolved", "trading_answered"})
"""It was said that it works."""
OFFERING_OTHER_WAYS: Final = frozenset({"cannot_reach"})
"""Nobody answered, and other ways to reach people were named."""
PARTLY: Final = "partly"
"""It was told that trading goes on in part."""
TELLING_OF_ONE: Final = frozenset({PARTLY, "not_now"})
"""It was told of one till of several, of trading that goes on in part, or of another time."""
CONFUSION: Final = "confusion"
"""The handler of what was not understood by the person."""
ASKING_WHAT_IF: Final = frozenset({"if_again", "what_if"})
"""It was asked what to do if trading stops."""
OF_ANOTHER_TIME: Final = ASKING_WHAT_IF | {"not_now"}
"""It was asked for that, or told that it had stopped another time."""
