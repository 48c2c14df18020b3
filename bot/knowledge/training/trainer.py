"""Trains what a request asks for, and puts what cannot be cached where whoever asked finds it."""

from pathlib import Path

from bot.knowledge.content_cache import cached_or_load, content_path, read_content
from bot.knowledge.model_cache import cache_path, cached_or_train
from bot.knowledge.snapshot import write_snapshot
from bot.knowledge.training.handover import TrainingRequest, TrainingResult
from kb.entry_edits import apply_edits
from kb.lessons import extend
from kb.loading.content_error import ContentError
from kb.model import KnowledgeBase


def train(request: TrainingRequest, handover: Path) -> TrainingResult:
    """Load and train; what cannot be cached is written to `handover`."""
    try:
        content, content_at = _load(request, handover)
    except ContentError as exc:
        return TrainingResult(problems=exc.problems)
    base = extend(apply_edits(content, request.edits), request.lessons)
    pipeline, path = cached_or_train(base), cache_path(base)
    if not path.exists():
        path = handover / "pipeline"
        path.mkdir()
        write_snapshot(path, pipeline, shared={"knowledge": base})
    return TrainingResult(content=str(content_at), pipeline=str(path))


def _load(request: TrainingRequest, handover: Path) -> tuple[KnowledgeBase, Path]:
    if request.content is not None:
        return read_content(Path(request.content)), Path(request.content)
    folder = None if request.folder is None else Path(request.folder)
    path, content = content_path(folder), cached_or_load(folder)
    if not path.exists():
        path = handover / "content"
        path.mkdir()
        write_snapshot(path, content)
    return content, path
