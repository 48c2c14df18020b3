"""What runs in a container may take so much and no more, and the one that is typed is as closed as those of the file."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
SERVICES: Final[dict[str, dict[str, Any]]] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_limits(name: str) -> None:
    service = SERVICES[name]
    assert {"mem_limit", "pids_limit", "logging"} <= service.keys()
    assert "max-size" in service["logging"]["options"], "a log may not fill the disk"


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "db"])
def test_ours_may_write_nothing_and_become_nobody(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_container_of_the_guide_is_as_closed() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    command = re.search(r"docker run (?:.*\\\n)*.*", guide)
    assert command is not None
    for option in ("--read-only", "--tmpfs /tmp", "--cap-drop ALL", "no-new-privileges", "--memory", "--pids-limit"):
        assert option in command[0]
