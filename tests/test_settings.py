"""Settings are checked whole; what is wrong is said in one sentence with file, key and cure."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsError


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test sets."""
    for name in os.environ:
        if name.startswith(("KAZWATCH_", "TELEGRAM_")):
            monkeypatch.delenv(name)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "kazwatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = settings.load()
    assert found.store.url == "sqlite:///state/kazwatch.db"
    assert found.for_alerts().hourly_cap == 12
    assert found.feeds_file.name == "feeds.toml"
    assert found.feeds_file.exists()


def test_the_shipped_file_shows_every_setting_with_its_default() -> None:
    shipped = Path("config/kazwatch.toml").read_text(encoding="utf-8")
    given = tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", shipped, flags=re.MULTILINE))
    default = settings.Settings().model_dump(mode="json")
    default["feeds"]["file"] = "config/feeds.toml"
    default["pack"]["file"] = "config/kazakhstan.toml"
    assert given == default


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "[fetch]\nmin_interval = 90\ncontact = 'desk@example.org'\n")
    monkeypatch.setenv("KAZWATCH_FETCH__MIN_INTERVAL", "120")
    found = settings.load(path).for_fetch()
    assert found.min_interval.total_seconds() == 120
    assert found.user_agent.endswith("(+desk@example.org)")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[fetch]\nmin_intervall = 5", ["fetch.min_intervall", "no such setting", "min_interval,"]),
        ("[fetsch]\nx = 5", ["fetsch", "no such setting", "fetch,"]),
        ("[chats]\ntimezone = 'Asia/Atlantis'", ["chats.timezone", "Asia/Almaty"]),
        ("[chats]\nlanguage = 'tlh'", ["chats.language", "'en', 'ru' or 'kk'"]),
        ("[telegram]\napi_url = 'telegram'", ["telegram.api_url", "http://"]),
        ("[store]\nurl = 'mysql://x'", ["store.url", "sqlite:///"]),
        ("[fetch]\nmin_interval = 'soon'", ["fetch.min_interval", "number", '"soon"']),
        ("[fetch]\nmin_interval = 100\nmax_interval = 10", ["fetch.max_interval"]),
        ("[fetch]\ndeadline = inf", ["fetch.deadline", "600"]),
        ("[fetch]\nmax_interval = 1e300", ["fetch.max_interval", "86400"]),
        ("[web]\nlisten = '8080'", ["web.listen", "127.0.0.1:8080"]),
        ("[fetch\n", ["is not TOML"]),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(
    tmp_path: Path, text: str, parts: list[str]
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as refused:
        settings.load(path)
    sentence = str(refused.value)
    assert "\n" not in sentence
    for part in [str(path), *parts]:
        assert part in sentence


@pytest.mark.parametrize(
    ("name", "value", "parts"),
    [
        ("KAZWATCH_FETSCH__X", "1", ["no such setting", "fetch,"]),
        ("KAZWATCH_FETCH__MIN", "1", ["no such setting", "min_interval,"]),
        ("KAZWATCH_FETCH__MIN_INTERVAL", "soon", ["number"]),
        ("KAZWATCH_FETCH__ALLOW_HOSTS", "7", ["list"]),
        ("KAZWATCH_OPERATORS", "me", ["JSON"]),
        ("KAZWATCH_LOG__FORMAT", "xml", ["console"]),
    ],
)
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, parts: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        settings.load(write(tmp_path, ""))
    for part in [name, *parts]:
        assert part in str(refused.value)


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml: there is no such file"):
        settings.load(tmp_path / "absent.toml")


def test_the_token_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("123456:abcdefgh\n")
    found = settings.read_token({"TELEGRAM_TOKEN_FILE": str(file)})
    assert found is not None
    assert found.get_secret_value() == "123456:abcdefgh"
    assert settings.read_token({}) is None


@pytest.mark.parametrize("token", ["nonsense", "abc:def", "777888:", "12 34:abc", "777888:ab cd"])
def test_a_malformed_token_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.read_token({"TELEGRAM_TOKEN": token})
    assert "TELEGRAM_TOKEN" in str(refused.value)
    assert token not in str(refused.value)


def test_a_token_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TELEGRAM_TOKEN_FILE"):
        settings.read_token({"TELEGRAM_TOKEN_FILE": str(tmp_path / "none")})
