"""Why an evaluation cannot be made."""


class EvaluationError(Exception):
    """The evaluation cannot be made; the message says what to write or to install instead."""
