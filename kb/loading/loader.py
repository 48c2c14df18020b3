"""Reads the content folder into a KnowledgeBase: the only place in kb that touches files; it decides nothing."""

import hashlib
from collections.abc import Hashable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from kb.loading.builder import ContentFiles, build_knowledge_base
from kb.loading.content_error import ContentError
from kb.loading.schema import (
    CategoriesFile,
    CuesFile,
    DecoysFile,
    DialogueFile,
    DirectoryFile,
    EntryFile,
    ForeignWordsFile,
    LexiconFile,
    TextsFile,
)
from kb.loading.schema_errors import FileModel, language_problems, missing_languages, parse
from kb.loading.validation import find_problems
from kb.model import KnowledgeBase, Language


def load_knowledge_base(folder: Path | None = None, *, with_universal: bool = True) -> KnowledgeBase:
    """The knowledge base in `folder`, or the one that is shipped.

    To its cues those for any company are added; in a language with few decoys of its own the same goes for decoys.

    Raises:
        ContentError: names every mistake at once, each with its file, its key and what to write instead.
    """
    root: Traversable = folder if folder is not None else files("kb") / "content"
    reader = _ContentReader()
    directory = reader.read(root / "directory.yaml", DirectoryFile)
    if directory is not None:
        directory = reader.in_languages(directory, "directory.yaml", directory.languages)
    if directory is not None:
        reader.languages = directory.languages
    lexicon = reader.read(root / "lexicon.yaml", LexiconFile, optional=True)
    cues = reader.read(root / "cues.yaml", CuesFile, optional=True)
    decoys = reader.read(root / "decoys.yaml", DecoysFile, optional=True)
    dialogue = reader.read(root / "dialogue.yaml", DialogueFile, optional=True)
    universal = read_universal_cues() if with_universal else None
    universal_decoys = _read_universal("decoys.yaml", DecoysFile) if with_universal else None
    foreign_words = _read_universal("foreign_words.yaml", ForeignWordsFile) if with_universal else None
    texts = dict(reader.texts(root / "texts"))
    categories = reader.read(root / "categories.yaml", CategoriesFile, optional=True)
    entries = tuple(reader.entries(root / "entries"))
    if directory is not None:
        ids = frozenset(reader.ids)
        parts = ContentFiles(
            directory=directory,
            entries=entries,
            ids=ids,
            lexicon=lexicon,
            cues=cues,
            decoys=decoys,
            dialogue=dialogue,
            texts=texts,
            universal_cues=universal,
            universal_decoys=universal_decoys,
            foreign_words=foreign_words,
            categories=categories,
        )
        reader.problems.extend(find_problems(parts))
    if directory is None or reader.problems:
        raise ContentError(tuple(reader.problems))
    return build_knowledge_base(parts, version=reader.digest.hexdigest()[:12])


def load_directory(folder: Path | None = None) -> DirectoryFile:
    """directory.yaml in `folder`, or the one that is shipped.

    Raises:
        ContentError: names every mistake in it.
    """
    root: Traversable = folder if folder is not None else files("kb") / "content"
    reader = _ContentReader()
    directory = reader.read(root / "directory.yaml", DirectoryFile)
    if directory is not None:
        directory = reader.in_languages(directory, "directory.yaml", directory.languages)
    if directory is None:
        raise ContentError(tuple(reader.problems))
    return directory


def read_universal_cues() -> CuesFile:
    """What people say to any company's bot, in the languages that ship with the program."""
    return _read_universal("cues.yaml", CuesFile)


def _read_universal(name: str, file_model: type[FileModel]) -> FileModel:
    raw = (files("kb") / "universal" / name).read_bytes()
    return file_model.model_validate(yaml.load(raw, Loader=_UniqueKeyLoader))  # noqa: S506 - it is a safe one


class _ContentReader:
    """Reads one file after the other and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.digest = hashlib.sha256()
        self.ids: list[str] = []
        self.languages: tuple[Language, ...] | None = None
        """Those of the directory, once it is read."""

    def read(self, file: Traversable, file_model: type[FileModel], *, optional: bool = False) -> FileModel | None:
        try:
            raw = file.read_bytes()
        except OSError:
            if not optional:
                self.problems.append(f"{file.name}: cannot be read: put the file there, readable")
            return None
        self.digest.update(raw)
        try:
            found = yaml.load(raw, Loader=_UniqueKeyLoader)  # noqa: S506 - it is a safe one
        except (yaml.YAMLError, UnicodeDecodeError) as exc:
            self.problems.append(f"{file.name}: not readable as YAML: {_describe_yaml_error(exc)}")
            return None
        parsed, problems = parse(file_model, found)
        if parsed is None and isinstance(found, dict):
            problems = (*problems, *missing_languages(file_model, found, self.languages or ()))
        self.problems.extend(f"{file.name}: {problem}" for problem in problems)
        return self.in_languages(parsed, file.name, self.languages) if parsed is not None else None

    def in_languages(self, file: FileModel, name: str, languages: tuple[Language, ...] | None) -> FileModel | None:
        """The file, unless its texts are in other languages than these."""
        problems = tuple(language_problems(file, languages)) if languages else ()
        self.problems.extend(f"{name}: {problem}" for problem in problems)
        return None if problems else file

    def texts(self, folder: Traversable) -> Iterator[tuple[Language, TextsFile]]:
        found = [file for file in folder.iterdir() if file.name.endswith(".yaml")] if folder.is_dir() else []
        for file in sorted(found, key=lambda file: file.name):
            language = file.name.removesuffix(".yaml")
            texts = self.read(file, TextsFile)
            if self.languages and language not in self.languages:
                known = ", ".join(self.languages)
                self.problems.append(
                    f"texts/{file.name}: is no language of directory.yaml: name it after one of {known}"
                )
            if texts is not None:
                yield language, texts

    def entries(self, folder: Traversable) -> Iterator[EntryFile]:
        found = [file for file in folder.iterdir() if file.name.endswith(".yaml")] if folder.is_dir() else []
        if not found:
            self.problems.append("entries/: holds no .yaml file: add one file for each topic")
        for file in sorted(found, key=lambda file: file.name):
            self.ids.append(file.name.removesuffix(".yaml"))
            entry = self.read(file, EntryFile)
            if entry is not None and f"{entry.id}.yaml" != file.name:
                self.problems.append(f"{file.name}: id: is {entry.id!r}: name the file {entry.id}.yaml")
            if entry is not None:
                yield entry


class _UniqueKeyLoader(yaml.CSafeLoader):
    """The safe loader in C, but a key that stands twice is a mistake instead of a silent loss."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key, _ in node.value:
            if key.value in seen:
                problem = f"the key {key.value!r} stands twice: keep one"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _describe_yaml_error(exc: yaml.YAMLError | UnicodeDecodeError) -> str:
    mark = getattr(exc, "problem_mark", None)
    problem = getattr(exc, "problem", None) or "the bytes are not UTF-8: save the file as UTF-8"
    return f"line {mark.line + 1}: {problem}" if mark is not None else str(problem)
