"""One trial: k6 posts signed messages at a constant rate for some seconds, and tells how long the answers took."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CONNECTIONS: Final = 200
"""Requests under way at once; when all are, k6 drops what is due, and the trial counts as failed."""

LIMIT_MS: Final = 100.0
"""What the 99th percentile has to stay under."""

_SCRIPT: Final = Path(__file__).with_name("attack.js")
_K6: Final = Path(sys.executable).with_name("k6")


@dataclass(frozen=True, kw_only=True)
class LoadTrial:
    """What k6 saw: requests answered well, refused or failed, and not even sent because too many were under way."""

    rate: int
    accepted: int
    failed: int
    dropped: int
    p50_ms: float
    p99_ms: float

    @property
    def within_limit(self) -> bool:
        """Every message was taken, and in time."""
        return not self.failed and not self.dropped and self.p99_ms < LIMIT_MS


def run(url: str, messages: Path, *, rate: int, seconds: int) -> LoadTrial:
    """Posts the messages of a file (see signed.py) to `url`."""
    summary = messages.with_name("summary.json")
    summary.unlink(missing_ok=True)
    settings = {
        "URL": url,
        "MESSAGES": str(messages),
        "RATE": str(rate),
        "SECONDS": str(seconds),
        "CONNECTIONS": str(CONNECTIONS),
        "SUMMARY": str(summary),
    }
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | settings
    command = [str(_K6), "run", "--quiet", "--no-usage-report", "--log-output", "none", "--address", "", str(_SCRIPT)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return read(json.loads(summary.read_text("utf-8")), rate)


def read(metrics: Mapping[str, Any], rate: int) -> LoadTrial:
    """A trial from what k6 sums up."""
    duration = metrics["http_req_duration"]["values"]
    sent = int(metrics["http_reqs"]["values"]["count"])
    # Of this rate k6 counts as `passes` those requests that failed.
    failed = int(metrics["http_req_failed"]["values"]["passes"])
    dropped = int(metrics.get("dropped_iterations", {"values": {"count": 0}})["values"]["count"])
    return LoadTrial(
        rate=rate,
        accepted=sent - failed,
        failed=failed,
        dropped=dropped,
        p50_ms=duration["med"],
        p99_ms=duration["p(99)"],
    )
