"""What every test shares: its peers, its databases, and a watch for printed tokens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

from tests import tokens

# A busy machine is no failure; the suite as a whole has three minutes.
settings.register_profile("suite", deadline=None, max_examples=30)
settings.load_profile("suite")

pytest_plugins = ("tests.peers", "tests.databases")

SECRETS = [token.partition(":")[2] for token in tokens.ALL]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Whatever a test prints or logs, at DEBUG, is searched for the tokens that tests use."""
    report: pytest.TestReport = yield
    printed = "".join(text for _, text in report.sections)
    if report.passed and any(secret in printed for secret in SECRETS):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} printed a token"
    return report
