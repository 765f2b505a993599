"""The one helper by which a test may be skipped: its peer, or its outside data, is missing.

Under CI a skip is a failure. What was skipped for want of a peer is listed at the end of the run.
"""

import os
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

PREFIX = "missing peer: "


def missing(peer: str, why: str) -> NoReturn:
    """Skip this test, or fail it where CI=true: `peer` is not here, `why` says how to get it."""
    reason = f"{PREFIX}{peer} ({why})"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)  # the one skip there is: named at the end of the run, a failure under CI


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name every peer that was missing, once, with how many tests want it."""
    wanted: dict[str, int] = {}
    for reason in _reasons(terminalreporter.stats.get("skipped", [])):
        wanted[reason] = wanted.get(reason, 0) + 1
    if wanted:
        terminalreporter.section("not tested for want of a peer")
    for reason, count in sorted(wanted.items()):
        terminalreporter.line(f"{reason}: {count} tests")


def _reasons(reports: list[Any]) -> Iterator[str]:
    for report in reports:
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if PREFIX in text:
            yield text.split(PREFIX, 1)[1]
