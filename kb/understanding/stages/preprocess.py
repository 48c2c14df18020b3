"""From the text of a message to tokens, language and cues; pure."""

from typing import Final

from kb.text.language_id import LanguageIdentifier
from kb.text.tokenize import normalize, phonetic_keys, tokenize
from kb.understanding.cues import CueMatcher
from kb.understanding.reading import Reading


class Normalize:
    """Cleans the text and splits it into surface tokens and phonetic tokens."""

    name: Final = "normalize"

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its tokens."""
        normalized = normalize(reading.text)
        surface_tokens = tokenize(normalized)
        tokens = phonetic_keys(surface_tokens)
        return reading._replace(normalized=normalized, surface_tokens=surface_tokens, tokens=tokens)


class DetectLanguage:
    """Tells the language by the words; a message too short to tell is in the language of the conversation."""

    name: Final = "detect_language"

    def __init__(self, identifier: LanguageIdentifier) -> None:
        self._identifier = identifier

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its language."""
        if not reading.tokens:
            return reading
        language = self._identifier.identify(reading.surface_tokens, accustomed=reading.conversation_language)
        if language is None:
            language = reading.conversation_language
        return reading if language is None else reading._replace(language=language)


class DetectCues:
    """Finds the cues whose trigger phrases stand in the message."""

    name: Final = "detect_cues"

    def __init__(self, cues: CueMatcher) -> None:
        self._cues = cues

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its cues."""
        found = self._cues.find_in(reading.surface_tokens, reading.tokens)
        return reading._replace(cues=found) if found else reading


class StripGreeting:
    """Takes a greeting off in front of a message: the message is about what follows."""

    name: Final = "strip_greeting"

    def __init__(self, cues: CueMatcher) -> None:
        self._cues = cues

    def __call__(self, reading: Reading) -> Reading:
        """The reading without the tokens of a greeting."""
        tokens = self._cues.strip_greeting(reading.tokens)
        return reading if tokens is reading.tokens else reading._replace(tokens=tokens)
