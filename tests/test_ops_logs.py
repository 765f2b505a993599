"""Logs: one line per outcome, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.ops import logs

TOKEN = "987654321:AAsecretsecretsecretsecretsecret"


@pytest.fixture(autouse=True)
def handlers_are_put_back() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = before, level
    root.setLevel(level)


def test_a_line_carries_its_fields_as_json() -> None:
    out = io.StringIO()
    logs.configure("json", "INFO", stream=out)
    logs.get("bot.flows.poll").info("feed polled", feed="vlast", new=2)
    line = json.loads(out.getvalue())
    assert (line["event"], line["feed"], line["new"], line["level"]) == (
        "feed polled",
        "vlast",
        2,
        "info",
    )


def test_a_console_line_is_one_line() -> None:
    out = io.StringIO()
    logs.configure("console", "INFO", stream=out)
    logs.get("x").info("item matched", item=5, title="Тоқаев")
    assert out.getvalue().count("\n") == 1
    assert "Тоқаев" in out.getvalue()


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_token_is_in_no_line_and_no_traceback(log_format: logs.LogFormat) -> None:
    out = io.StringIO()
    logs.configure(log_format, "DEBUG", [TOKEN], stream=out)
    url = f"https://api.telegram.org/bot{TOKEN}/getMe"
    logging.getLogger("somewhere").warning("asked %s", url)
    logs.get("x").error("failed", url=url, quoted=TOKEN.replace(":", "%3A"))
    try:
        raise ValueError(f"cannot reach {url}")
    except ValueError:
        logs.get("x").exception("failed", half=TOKEN.partition(":")[2])
        logging.getLogger("y").exception("failed too")
    text = out.getvalue()
    assert "Traceback" in text
    assert "secretsecret" not in text
    assert "<token>" in text


def test_an_unknown_token_is_recognised_by_its_shape() -> None:
    redact = logs.Redactor()
    assert redact("/bot111222333:AAbbCCddEEffGGhhIIjjKKllMMnn/getMe") == "/bot<token>/getMe"
    assert redact("at 12:30:05 of 100200:300") == "at 12:30:05 of 100200:300"


def test_libraries_that_print_addresses_stay_quiet() -> None:
    out = io.StringIO()
    logs.configure("console", "DEBUG", stream=out)
    logging.getLogger("httpx").info("HTTP Request: GET https://x")
    assert out.getvalue() == ""
