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
        ("[fetch]\ndeadline = inf", ["fetch.deadline", "at most 600", "it is inf"]),
        ("[fetch]\nmax_interval = 1e300", ["fetch.max_interval", "86400"]),
        ("[web]\nlisten = '8080'", ["web.listen", "127.0.0.1:8080"]),
        ("[fetch]\nmin_interval = 7200", ["fetch.min_interval", "at most", "3600"]),
        ("[fetch]\nmin_interval = '60'", ["fetch.min_interval", "a number", '"60"']),
        ("[fetch]\nconcurrency = true", ["fetch.concurrency", "a whole number", "true"]),
        ("[fetch]\nallow_hosts = 'localhost'", ["fetch.allow_hosts", 'a list, such as ["local']),
        ("[fetch]\nallow_hosts = ['http://x']", ["fetch.allow_hosts: each", "without http://"]),
        ("[fetch]\ncontact = 'редакция'", ["fetch.contact", "ASCII"]),
        ("fetch = 3", [": fetch: should be a section, such as [fetch]"]),
        ("operators = ['bob']", ["operators: each should be a whole number", '"bob"']),
        ("_env_file = 'x'", ["_env_file", "no such setting"]),
        ("[telegram]\napi_url = 'http://x:99999'", ["telegram.api_url", "from 1 to 65535"]),
        ("[telegram]\napi_url = 'http://x/?a=1'", ["telegram.api_url", "without ?"]),
        ("[store]\nurl = 'sqlite:///'", ["store.url", "sqlite:///FILE"]),
        ("[store]\nurl = 'sqlite:///:memory:'", ["store.url", "sqlite:///FILE"]),
        ("[feeds]\nfile = 'nope.toml'", ["feeds.file", "catalogue", "/nope.toml' is not there"]),
        ("[pack]\nfile = '/'", ["pack.file", "kazakhstan.toml", "'/' is a directory"]),
        ("[pack]\nfile = 3", ["pack.file", "name of a file"]),
        ("[fetch\n", ["is not valid TOML"]),
        ("x = " + "[" * 5000, ["is not valid TOML", "nested"]),
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


def wrong_values() -> list[str]:
    """Every setting and section with a value of every wrong kind."""
    kinds = ["-1", "0.5", "nan", "true", "'x\\u00e9/'", "['']", "[[]]", "{ a = 1 }", "1979-05-27"]
    lines = []
    for first, field in settings.Settings.model_fields.items():
        names = getattr(field.annotation, "model_fields", {})
        lines += [
            f"{key} = {kind}" for key in [first, *(f"{first}.{n}" for n in names)] for kind in kinds
        ]
    return lines


def test_no_sentence_is_in_the_words_of_a_library(tmp_path: Path) -> None:
    said = []
    for line in wrong_values():
        try:
            settings.load(write(tmp_path, line))
        except SettingsError as refused:
            said.append(str(refused))
            assert line.partition(" = ")[0] in said[-1]
    assert len(said) > 180
    foreign = re.compile(r"Input|valid|instance|dictionary|frozenset|None|<|object at")
    assert [sentence for sentence in said if foreign.search(sentence)] == []


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.load(write(tmp_path, "[store]\nurl = 'postgres://me:se/cret@host/name'"))
    assert "cret" not in str(refused.value)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert settings.load(write(tmp_path, "\ufeff[log]\nlevel = 'DEBUG'")).log.level == "DEBUG"


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kazwatch.toml"
    path.write_bytes("[fetch]\n# редакция".encode("cp1251"))
    with pytest.raises(SettingsError, match=r"kazwatch\.toml: is not UTF-8 \(line 2 "):
        settings.load(path)


def test_hosts_are_kept_as_they_are_compared(tmp_path: Path) -> None:
    found = settings.load(write(tmp_path, "[fetch]\nallow_hosts = ['LocalHost', '[::1]']"))
    assert found.for_fetch().allow_hosts == {"localhost", "::1"}


def test_a_setting_knows_where_it_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "[web]\nlisten = ''")
    monkeypatch.setenv("KAZWATCH_STORE__URL", "sqlite:///x.db")
    found = settings.load(path)
    assert found.place("web", "listen") == f"{path}: web.listen"
    assert found.place("store", "url") == "KAZWATCH_STORE__URL"


@pytest.mark.parametrize(
    ("name", "value", "parts"),
    [
        ("KAZWATCH_FETSCH__X", "1", ["no such setting", "fetch,"]),
        ("KAZWATCH_FETCH__MIN", "1", ["no such setting", "min_interval,"]),
        ("KAZWATCH_FETCH__MIN_INTERVAL", "soon", ["number"]),
        ("KAZWATCH_FETCH__ALLOW_HOSTS", "7", ["list"]),
        ("KAZWATCH_FETCH__ALLOW_HOSTS", "foo", ['a list, such as ["localhost"]', '"foo"']),
        ("KAZWATCH_FETCH__CONCURRENCY", "5.5", ["a whole number", "5.5"]),
        ("KAZWATCH_FETCH", '{"deadline": 5}', ["no such setting", "[fetch] has", "deadline"]),
        ("KAZWATCH_OPERATORS", "me", ["a list, such as [1, 2]", '"me"']),
        ("KAZWATCH_OPERATORS", '["7"]', ["each", "a whole number", '"7"']),
        ("KAZWATCH_OPERATORS__X", "1", ["no such setting", "operators"]),
        ("KAZWATCH_LOG__LEVEL__X", "1", ["no such setting", "[log] has format, level"]),
        ("kazwatch_log__level", "INFO", ["capitals", "KAZWATCH_LOG__LEVEL"]),
        ("KAZWATCH_FEEDS__FILE", "nope.toml", ["catalogue", "/nope.toml' is not there"]),
        ("KAZWATCH_PACK__FILE", "/", ["a pack, such as", "'/' is a directory"]),
        ("KAZWATCH_LOG__FORMAT", "xml", ["console"]),
    ],
)
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, parts: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        settings.load(write(tmp_path, ""))
    assert str(refused.value).startswith(f"{name}: ")
    for part in parts:
        assert part in str(refused.value)


def test_variables_give_numbers_lists_and_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAZWATCH_OPERATORS", "[7, 8]")
    monkeypatch.setenv("KAZWATCH_FETCH__CONCURRENCY", "5")
    monkeypatch.setenv("KAZWATCH_FETCH__CONTACT", "5")
    monkeypatch.setenv("KAZWATCH_FETCH__MIN_INTERVAL", "0.5")
    found = settings.load()
    assert found.operators == {7, 8}
    assert (found.fetch.concurrency, found.fetch.contact) == (5, "5")
    assert found.fetch.min_interval == 0.5


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
