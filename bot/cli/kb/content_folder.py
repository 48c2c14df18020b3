"""The content folder of a `paligs kb` command: its option, else CONTENT_DIR, else None for the one that is shipped."""

from pathlib import Path
from typing import Annotated, Final

import typer


def find_content_folder(given: Path | None) -> Path | None:
    """The folder to read.

    Raises:
        BadParameter: what is named is no folder.
    """
    from bot.settings import read_content_dir

    folder = given if given is not None else read_content_dir()
    if folder is not None and not folder.is_dir():
        named = "--content" if given is not None else "CONTENT_DIR"
        raise typer.BadParameter(f"{named}: {folder}: is no folder: write one like kb/content, or nothing")
    return folder


HELP: Final = "Another content folder than CONTENT_DIR, or than the one shipped."

ContentFolder = Annotated[Path | None, typer.Option("--content", callback=find_content_folder, help=HELP)]
