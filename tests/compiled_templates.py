"""Compiles a page's template once for all processes, where each test that opens the program would compile it again."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest
from jinja2 import BaseLoader, Environment, Template
from jinja2.bccache import Bucket, BytecodeCache

_COMPILED_BY: Final = ("autoescape", "trim_blocks", "lstrip_blocks", "keep_trailing_newline", "optimized", "undefined")
"""What changes the code of a template, beside its text."""
_JINJA: Final = version("jinja2")


class CompiledTemplates(BytecodeCache):
    """Code by the template's text and all that it was compiled by, in memory and in a folder that processes share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._code: dict[str, bytes] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """The place of one template's code, which may be empty."""
        options = [repr(getattr(environment, option)) for option in _COMPILED_BY]
        # The compiler calls filters where all is constant.
        known = [sorted(environment.filters), sorted(environment.extensions)]
        bucket = Bucket(environment, repr((name, filename, options, known, _JINJA)), self.get_source_checksum(source))
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Put the code into its place, if there is any."""
        place = bucket.key + bucket.checksum
        if place not in self._code and (file := self._file(place)).exists():
            self._code[place] = file.read_bytes()
        if code := self._code.get(place):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        place = bucket.key + bucket.checksum
        self._code[place] = bucket.bytecode_to_string()
        part = self._file(f"{place} {os.getpid()}")
        part.write_bytes(self._code[place])
        # At once: another process reads it as a whole or not at all.
        part.replace(self._file(place))

    def _file(self, place: str) -> Path:
        return self._folder / sha256(place.encode()).hexdigest()


@contextmanager
def templates_compiled_once(folder: Path) -> Iterator[None]:
    """Every environment without a cache of its own has one that is shared, and kept in `folder` for the next run."""
    compiled = CompiledTemplates(folder)
    load: Callable[..., Template] = BaseLoader.load

    def load_compiled(
        loader: BaseLoader, environment: Environment, name: str, defined: Mapping[str, Any] | None = None
    ) -> Template:
        environment.bytecode_cache = environment.bytecode_cache or compiled
        return load(loader, environment, name, defined)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseLoader, "load", load_compiled)
        yield
