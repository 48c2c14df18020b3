"""What keeps an evaluation from being made."""


class EvaluationError(Exception):
    """The evaluation cannot be made; the message says what to write or to install instead."""
