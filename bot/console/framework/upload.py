"""Reads a form that holds a file, in memory and up to a size; writes nothing to a disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from typing import Final

from aiohttp import BodyPartReader, web

MAX_FILE_NAME_CHARS: Final = 100


@dataclass(frozen=True, kw_only=True)
class UploadedFile:
    """A file that came with a form: `name` is what its owner calls it, without folders."""

    name: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class SentForm:
    """The fields of a form, and the file in it."""

    fields: Mapping[str, str] = field(default_factory=dict)
    upload: UploadedFile | None = None


async def read_form(request: web.Request) -> SentForm:
    """A form without files."""
    fields = await request.post()
    return SentForm(fields={name: value for name, value in fields.items() if isinstance(value, str)})


async def read_form_with_file(request: web.Request, max_bytes: int) -> SentForm:
    """A form with at most one file.

    Raises:
        HTTPRequestEntityTooLarge: there is more of it.
        HTTPBadRequest: it is no form.
    """
    if not request.content_type.startswith("multipart/"):
        return await read_form(request)
    fields: dict[str, str] = {}
    upload: UploadedFile | None = None
    left = max_bytes
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise web.HTTPBadRequest
            data = await _read(part, left)
            left -= len(data)
            if part.filename:
                upload = UploadedFile(name=PureWindowsPath(part.filename).name[:MAX_FILE_NAME_CHARS], data=data)
            elif part.name:
                fields[part.name] = data.decode("utf-8", "replace")
    except ValueError as exc:
        raise web.HTTPBadRequest from exc
    return SentForm(fields=fields, upload=upload)


async def _read(part: BodyPartReader, max_bytes: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > max_bytes:
            raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=len(data))
    return bytes(data)
