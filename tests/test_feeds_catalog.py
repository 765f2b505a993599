"""The catalogue as people write it, and the sentences that tell them what is wrong."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.feeds.catalog import read_catalog
from bot.feeds.files import load_catalog, load_polled, read_pack
from bot.feeds.guard import vet_url
from bot.model import Feed, FeedKind

SHIPPED = Path(__file__).parent.parent / "config" / "feeds.toml"

MINIMAL = """
[[feed]]
id = "dala"
name = "Дала"
url = "https://dala.example/rss"
"""
FULL = """
[[feed]]
id = "dala-kk"
name = "Дала (қазақша)"
url = "http://127.0.0.1:8000/rss?lang=kk"
language = "kk"
country = "kz"
kind = "agency"
owner = "dala"
domestic = true
timezone = "Asia/Aqtau"
terms = "free with a link"
enabled = false
reason = "moved"
"""


def read(text: str) -> tuple[Feed, ...]:
    return read_catalog(tomllib.loads(text), "feeds.toml")


def test_three_keys_are_enough_for_a_feed() -> None:
    assert read(MINIMAL) == (
        Feed(
            id="dala",
            name="Дала",
            url="https://dala.example/rss",
            language="",
            country="",
            kind=FeedKind.NEWS,
            owner="dala",
            domestic=False,
            timezone="UTC",
            terms="unknown",
            enabled=True,
        ),
    )


def test_every_key_is_taken() -> None:
    assert read(FULL) == (
        Feed(
            id="dala-kk",
            name="Дала (қазақша)",
            url="http://127.0.0.1:8000/rss?lang=kk",
            language="kk",
            country="kz",
            kind=FeedKind.AGENCY,
            owner="dala",
            domestic=True,
            timezone="Asia/Aqtau",
            terms="free with a link",
            enabled=False,
            reason="moved",
        ),
    )


def test_a_feed_of_kazakhstan_lives_in_its_time() -> None:
    assert read(MINIMAL + 'country = "kz"\n')[0].timezone == "Asia/Almaty"


def test_order_is_kept_and_an_empty_catalogue_is_one() -> None:
    feeds = read(MINIMAL + FULL)
    assert [feed.id for feed in feeds] == ["dala", "dala-kk"]
    assert read("") == ()


REFUSED = {
    "an unknown key, with the likely one": ('langauge = "kk"', ["'langauge'", "'language'"]),
    "an unknown key like none": ("priority = 3", ["'priority'", "known are id, name, url"]),
    "a bad time zone": ('timezone = "Asia/Almata"', ["timezone", "Asia/Almata", "Asia/Almaty"]),
    "a time zone that is a directory": ('timezone = "Asia"', ["timezone", "'Asia'"]),
    "a time zone that leads out": ('timezone = "../../etc/passwd"', ["timezone"]),
    "a bad kind": ('kind = "blog"', ["kind", "'blog'", "news, agency, official"]),
    "a bad language": ('language = "kazakh"', ["language", "'kk'"]),
    "a bad country": ('country = "KZ"', ["country", "'kz'"]),
    "a flag that is none": ('enabled = "no"', ["enabled", "true or false"]),
    "a text that is none": ("owner = 7", ["owner", "quotes"]),
    "disabled without a reason": ("enabled = false", ["enabled", "reason"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_is_one_sentence_with_file_feed_key_and_what_is_right(name: str) -> None:
    line, parts = REFUSED[name]
    with pytest.raises(SettingsError) as caught:
        read(MINIMAL + line + "\n")
    sentence = str(caught.value)
    assert "\n" not in sentence
    for part in ["feeds.toml", "feed 1 (dala)", *parts]:
        assert part in sentence


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("dala.example/rss", "does not begin with http:// or https://"),
        ("ftp://dala.example/rss", "does not begin with http:// or https://"),
        ("https://", "names no host"),
        ("https://me:word@dala.example/", "carries a user name or password"),
        ("https://dala.example/a b", "holds a blank"),
        ("https://dala.example/a\\tb", "holds a control character"),
        ("https://dala.example\\\\a", "holds a backslash"),
        ("https://dala.example/" + "a" * 5000, "is longer than 4096 characters"),
        ("https://dala.example:99999/", "has a port that is no number from 1 to 65535"),
        ("https://dala.example:rss/", "has a port that is no number from 1 to 65535"),
        ("https://[dala]/", "cannot be read"),
    ],
    ids=lambda text: text[:40],
)
def test_an_address_that_is_no_url_is_refused_for_the_one_reason(url: str, why: str) -> None:
    with pytest.raises(SettingsError, match=r"feeds\.toml: feed 1 \(dala\): url: ") as caught:
        read(MINIMAL.replace("https://dala.example/rss", url))
    assert f"{why}; write one such as 'https://" in re.sub(r" \([^(]*\);", ";", str(caught.value))


@pytest.mark.parametrize("key", ["id", "name", "url"])
def test_a_missing_key_is_named(key: str) -> None:
    lines = [line for line in MINIMAL.splitlines() if not line.startswith(f"{key} =")]
    with pytest.raises(SettingsError, match=f"{key} is missing"):
        read("\n".join(lines))


@pytest.mark.parametrize("bad", ["Dala", "дала", "a b", "-a", "a--b", "a_b"])
def test_a_bad_id_is_refused(bad: str) -> None:
    with pytest.raises(SettingsError, match="id is"):
        read(MINIMAL.replace('"dala"', f'"{bad}"'))


def test_two_feeds_share_neither_id_nor_address() -> None:
    with pytest.raises(SettingsError, match=r"feed 2 \(dala\): id 'dala' is taken by feed 1"):
        read(MINIMAL + MINIMAL)
    with pytest.raises(SettingsError, match=r"feed 2 \(steppe\): url .* is taken by feed 1"):
        read(MINIMAL + MINIMAL.replace('"dala"', '"steppe"'))


@pytest.mark.parametrize("text", ["[feeds]\n", "feed = 1\n", "[feed]\nid = 'a'\n", "x = 1\n"])
def test_a_file_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"feeds\.toml: .*\[\[feed\]\]"):
        read(text)


def test_a_file_on_disk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert [feed.id for feed in load_catalog(path)] == ["dala"]


@pytest.mark.parametrize("content", [b"[[feed]\n", b'a = "\n'])
def test_a_file_that_is_no_toml_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "feeds.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"feeds\.toml: is not valid TOML"):
        load_catalog(path)


def test_files_are_utf8_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(MINIMAL, encoding="utf-8-sig")
    assert [feed.name for feed in load_catalog(path)] == ["Дала"]
    path.write_text("", encoding="utf-8-sig")
    assert read_pack(path).entities == {}
    path.write_bytes(MINIMAL.encode("cp1251"))
    for load in (load_catalog, read_pack):
        with pytest.raises(SettingsError, match=r"feeds\.toml: is not UTF-8 \(line 4 "):
            load(path)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    missing = r"none\.toml: there is no such file; .*config/kazwatch\.toml.*KAZWATCH_"
    with pytest.raises(SettingsError, match=missing + "FEEDS__FILE"):
        load_catalog(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match=missing + "PACK__FILE"):
        read_pack(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match=r"cannot be read \(Is a directory\)"):
        load_catalog(tmp_path)


def test_who_polls_needs_a_feed_that_is_enabled(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    for text, says in (
        ("", "there is no feed in it"),
        (FULL, "every feed has enabled = false"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError, match=rf"feeds\.toml: {says}"):
            load_polled(path)
    path.write_text(MINIMAL + FULL, encoding="utf-8")
    assert len(load_polled(path)) == 2


def test_the_shipped_catalogue_is_sound() -> None:
    feeds = load_catalog(SHIPPED)
    assert len(feeds) >= 80
    for feed in feeds:
        assert vet_url(feed.url, frozenset()) is None, feed.id
        assert feed.enabled != bool(feed.reason), feed.id
    enabled = [feed for feed in feeds if feed.enabled]
    assert {"kk", "ru", "en"} <= {feed.language for feed in enabled}
    assert len(enabled) >= 50


def test_what_forbids_a_public_bot_is_not_polled() -> None:
    disabled = {feed.id for feed in load_catalog(SHIPPED) if not feed.enabled}
    assert {"google-news", "reddit-kz", "aljazeera", "nyt-kz", "guardian-kz"} <= disabled
