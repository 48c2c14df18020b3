"""Whatever sends replies is a channel, and every channel is held to what channels are held to."""

import ast
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
CHANNELS: Final = ROOT / "bot" / "channels"
INTERFACE: Final = "interface"


def channel_packages() -> set[str]:
    """What lies in bot/channels and has a class that sends: the interface itself is none."""
    files = (file for file in CHANNELS.rglob("*.py") if _has_send(file))
    return {file.relative_to(CHANNELS).parts[0].removesuffix(".py") for file in files} - {INTERFACE}


def _has_send(file: Path) -> bool:
    classes = (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.ClassDef))
    return any(isinstance(part, ast.AsyncFunctionDef) and part.name == "send" for one in classes for part in one.body)


def test_every_channel_stands_in_the_independence_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one["name"] == "Channels do not know each other")
    packages = channel_packages()
    assert len(packages) >= 4, "nothing was looked at"
    assert {*layers[0].split(" | ")} == packages, "list it beside the others in pyproject.toml"
