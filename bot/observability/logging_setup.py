"""How the program logs: events with names and numbers, never what people wrote, tokens or whole phone numbers."""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any, Final, Literal

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

SILENCED_LOGGERS: Final = ("telegram.request.BaseRequest",)
"""Loggers of libraries that quote what came over the wire, which is what people wrote; we get their errors anyway."""

_OWN_PACKAGES: Final = ("bot", "handlers", "kb", "storage")


def configure_logging(level: str, form: Literal["console", "json"]) -> None:
    """Sends events of `level` and above to stderr, for people or as JSON lines; of libraries from WARNING on."""
    colors, plain = sys.stderr.isatty(), structlog.dev.plain_traceback
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)
    )
    events: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact_exceptions,
    ]
    structlog.configure(
        processors=[*events, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *events],
            processors=[ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=max(logging.getLevelNamesMapping()[level], logging.WARNING), handlers=[handler])
    for name in SILENCED_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def redact_exceptions(_logger: object, _method: str, event: EventDict) -> EventDict:
    """An exception as its class and its places in the program: what it says may quote a person, unless it is ours."""
    found: Any = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exception() if found is True else found
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_format_redacted(error))
    return event


def _format_redacted(error: BaseException) -> Iterator[str]:
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        seen.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    for one in reversed(seen):
        yield from (line.rstrip() for line in traceback.format_tb(one.__traceback__))
        name, ours = type(one).__qualname__, type(one).__module__.partition(".")[0] in _OWN_PACKAGES
        yield f"{name}: {one}" if ours else name
