"""The command: what it reads, prints, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scenarios import forked

ROOT = Path(__file__).resolve().parent.parent
OURS = {
    "PYTHONPATH": str(ROOT),
    "LC_ALL": "C",
    # Small, so that the command is quick.
    "KAZWATCH_PACK__FILE": str(ROOT / "tests" / "corpora" / "pack.toml"),
}


def kazwatch(
    *arguments: str, stdin: str | bytes = "", cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, without settings from this environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("KAZWATCH_", "TELEGRAM_"))}
    done = forked.run(
        ["bot", *arguments],
        clean | OURS | environment,
        cwd=cwd,
        stdin=stdin.encode() if isinstance(stdin, str) else stdin,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_match_finds_a_keyword_in_another_script_with_its_place() -> None:
    item = json.dumps({"id": "a", "title": "Бүгін Тоқаевтың сөзі жарияланды"}, ensure_ascii=False)
    done = kazwatch("match", "--keyword", "Tokayev", stdin=item)
    assert done.returncode == 0
    assert lines(done) == [
        {
            "id": "a",
            "hits": [
                {
                    "keyword": "Tokayev",
                    "field": "title",
                    "start": 6,
                    "end": 15,
                    "text": "Тоқаевтың",
                }
            ],
        }
    ]


def test_the_command_speaks_utf_8_whatever_the_locale() -> None:
    """The others are forked from a process that has loaded the command; this one starts alone."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "match", "--keyword", "Токаев"],
        input=json.dumps({"id": "ә", "title": "Тоқаев"}, ensure_ascii=False).encode(),
        env=os.environ | OURS,
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    answer = json.loads(done.stdout.decode())
    assert (answer["id"], answer["hits"][0]["text"]) == ("ә", "Тоқаев")


def test_match_reads_what_windows_writes_and_says_what_is_not_utf_8() -> None:
    item = json.dumps({"id": 1, "title": "Тоқаев"}, ensure_ascii=False)
    stdin = (
        b"\xef\xbb\xbf" + item.encode() + b"\r\n" + '{"id": 2, "title": "Токаев"}'.encode("cp1251")
    )
    first, second = lines(kazwatch("match", "--keyword", "Tokayev", stdin=stdin))
    assert first["id"] == 1
    assert second == {"id": 2, "error": "line 2: is not UTF-8"}


def test_lines_that_are_no_items_are_answered_as_such() -> None:
    text = json.dumps({"id": 1, "title": "Tokayev met", "keywords": "met"})
    done = kazwatch("match", stdin=f"{text}\n{'[' * 100_000}\n")
    assert done.returncode == 1
    first, second = lines(done)
    assert first == {"id": 1, "error": "keywords: a list of queries is wanted"}
    assert str(second["error"]).startswith("line 2: ")


def test_match_answers_items_in_order_with_their_own_keywords() -> None:
    items = [
        {"id": 1, "title": "Uranium prices rise", "keywords": ["uranium"]},
        {"id": 2, "title": "Uranium prices rise", "keywords": []},
        {"id": 3, "title": "Uranium prices rise", "keywords": ['"uranium']},
        {"id": 4, "title": "Kazatomprom cuts output", "summary": ""},
    ]
    done = kazwatch("match", stdin="\n".join(map(json.dumps, items)))
    first, second, third, fourth = lines(done)
    assert [hit["text"] for hit in first["hits"]] == ["Uranium"]  # type: ignore[attr-defined]
    assert second == {"id": 2, "hits": []}
    assert third["id"] == 3
    assert "This quotation mark is not closed" in str(third["error"])
    hits = fourth["hits"]
    assert isinstance(hits, list)
    assert hits[0]["entity"] == "kazatomprom"
    assert "energy" in hits[0]["topics"]
    assert done.returncode == 1


def test_match_says_which_field_is_wrong() -> None:
    given: dict[str, list[dict[str, object]]] = {
        "lacks 'title'": [{"id": 1}, {"id": 1, "title": None}],
        "title: a text is wanted": [{"id": 1, "title": 5}, {"id": 1, "title": ["x"]}],
        "summary: a text is wanted": [{"id": 1, "title": "x", "summary": 5}],
        "lang: a text is wanted": [{"id": 1, "title": "x", "lang": {"a": 1}}],
        "source: a text is wanted": [{"id": 1, "title": "x", "source": True}],
    }
    items = [(says, item) for says, wrong in given.items() for item in wrong]
    done = kazwatch("match", "--keyword", "x", stdin="\n".join(json.dumps(i) for _, i in items))
    assert done.returncode == 1
    for (says, _), answer in zip(items, lines(done), strict=True):
        assert answer["id"] == 1
        assert says in str(answer["error"])


def test_match_lives_with_what_is_no_text() -> None:
    given = [
        b'{"id": "\\ud800", "title": "\\udfff\\u0000 Tokayev"}',  # halves of characters
        b'{"id": 2, "title": "\xcf\xf0 Tokayev", "source": "http://[x"}',  # no UTF-8
        b'{"id": 3, "title": "x", "keywords": ["(\\ud800"]}',
        b'{"id": NaN, "title": "x"}',
        b'{"id": 5, "title": "Tokayev"}\r',
    ]
    done = kazwatch("match", "--keyword", "Tokayev", stdin=b"\n".join(given))
    first, second, third, fourth, fifth = lines(done)
    assert first["id"] == "\ufffd"
    assert first["hits"][0]["start"] == 3  # type: ignore[index]
    assert second == {"id": 2, "error": "line 2: is not UTF-8"}
    assert "not understood" in str(third["error"])
    assert fourth == {"id": None, "error": "line 4: id: no number of JSON"}
    assert fifth["hits"]


def test_match_takes_null_for_nothing() -> None:
    item = {"id": 1, "title": "", "summary": None, "lang": None, "source": None, "keywords": None}
    done = kazwatch("match", "--keyword", "x", stdin=json.dumps(item))
    assert lines(done) == [{"id": 1, "hits": []}]
    assert done.returncode == 0


def test_an_item_without_an_id_has_nothing_to_be_answered_to() -> None:
    for command in ("match", "group"):
        done = kazwatch(command, stdin='{"id": null, "title": "x"}')
        assert lines(done) == [{"id": None, "error": "line 1: lacks 'id'"}]


def test_match_counts_a_domestic_outlet_by_its_source() -> None:
    item = {"id": 1, "title": "Weather for tomorrow", "source": "The Astana Times"}
    done = kazwatch("match", stdin=json.dumps(item))
    (answer,) = lines(done)
    hits = answer["hits"]
    assert isinstance(hits, list)
    assert (hits[0]["field"], hits[0]["start"], hits[0]["end"]) == ("source", 0, 0)


def test_a_line_that_is_no_item_is_answered_as_such() -> None:
    given = ["{", "[1]", '{"title": "x"}', '{"id": 2, "title": "x"}']
    done = kazwatch("match", "--keyword", "x", stdin="\n".join(given))
    *bad, good = lines(done)
    says = ("line 1", "no object", "lacks 'id'")
    assert all(text in str(line["error"]) for text, line in zip(says, bad, strict=True))
    assert good["id"] == 2
    assert done.returncode == 1


def test_a_refused_option_ends_with_two() -> None:
    done = kazwatch("match", "--keyword", "(uranium", stdin="")
    assert done.returncode == 2
    assert done.stderr == (
        "kazwatch: the query '(uranium' is not understood: "
        "This parenthesis is not closed: [(uranium]\n"
    )


def test_group_joins_copies_at_other_outlets_only() -> None:
    text = "Kazakhstan and Finland agree on a new rail link"
    items = [
        {"id": "a", "source": "one", "title": text, "published": "2026-03-02T09:00:00Z"},
        {"id": "b", "source": "two", "title": text + ".", "published": "2026-03-02T09:05:00Z"},
        {"id": "c", "source": "one", "title": "Another day", "published": "2026-03-02T09:06:00Z"},
        {"id": "d", "source": "three", "title": text, "published": "2026-03-09T09:05:00Z"},
    ]
    done = kazwatch("group", stdin="\n".join(json.dumps(item | {"url": ""}) for item in items))
    assert [line["story"] for line in lines(done)] == ["a", "a", "c", "d"]
    assert done.returncode == 0


def test_group_says_which_field_of_which_item_is_wrong() -> None:
    item = {"id": "a", "source": "one", "title": "x", "published": "2026-03-02T09:00:00Z"}
    changes: dict[str, dict[str, object]] = {
        "lacks 'source'": {"source": None},
        "lacks 'title'": {"title": None},
        "lacks 'published'": {"published": None},
        "title: a text is wanted": {"title": 5},
        "source: a text is wanted": {"source": 5},
        "url: a text is wanted": {"url": 5},
        "published: a text is wanted": {"published": 20260302},
        "'2026-02-30' is no date": {"published": "2026-02-30"},
        "'0001-01-01' is no date": {"published": "0001-01-01"},
        "'9999-12-31T23:59:59-05:00' is no date": {"published": "9999-12-31T23:59:59-05:00"},
    }
    given = [json.dumps(item | change) for change in changes.values()]
    done = kazwatch("group", stdin="\n".join([*given, json.dumps(item)]))
    *bad, good = lines(done)
    assert done.returncode == 1
    assert good == {"id": "a", "story": "a"}
    for says, answer in zip(changes, bad, strict=True):
        assert answer["id"] == "a"
        assert says in str(answer["error"])


def test_parse_tells_entries_without_guid_and_link_by_their_title(tmp_path: Path) -> None:
    document = tmp_path / "feed.xml"
    items = (
        "<item><title>Бір</title><link>https://a.example/</link></item>",  # the front page
        "<item><title>Екі</title></item>",
        "<item><description>Үш сөз ғана</description></item>",
        "<item><title>Төрт</title><guid isPermaLink='false'>4</guid></item>",
    )
    channel = f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>"
    document.write_text(channel, encoding="utf-8")
    (answer,) = lines(kazwatch("parse", str(document)))
    entries = answer["entries"]
    assert isinstance(entries, list)
    assert [entry["id"] for entry in entries] == ["Бір", "Екі", "Үш сөз ғана", "4"]


def test_parse_reads_no_file_without_end() -> None:
    done = kazwatch("parse", "/dev/zero")
    assert lines(done) == [{"file": "/dev/zero", "error": "more than 64 MB"}]


def test_parse_reads_documents_and_says_which_is_none(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_text(
        "<rss version='2.0'><channel><title>Feed</title><item><title>Бір &amp;amp; екі</title>"
        "<link>https://a.example/1</link><pubDate>Mon, 02 Mar 2026 14:00:00 +0500</pubDate>"
        "</item></channel></rss>",
        encoding="utf-8",
    )
    bad.write_text("<html><body>No feed</body></html>")
    done = kazwatch("parse", str(good), str(bad), str(tmp_path / "none.xml"))
    first, second, third = lines(done)
    assert first["title"] == "Feed"
    assert first["entries"] == [
        {
            "id": "https://a.example/1",
            "url": "https://a.example/1",
            "title": "Бір & екі",
            "summary": "",
            "published": "2026-03-02T09:00:00+00:00",
            "language": "kk",
        }
    ]
    assert "html" in str(second["error"])
    assert "cannot be read" in str(third["error"])
    assert done.returncode == 1


def test_parse_reads_standard_input() -> None:
    done = kazwatch(
        "parse", "-", stdin=b"<rss version='2.0'><channel><title>F</title></channel></rss>"
    )
    assert lines(done) == [{"file": "-", "title": "F", "entries": []}]


def test_explain_shows_keys_and_why() -> None:
    done = kazwatch("explain", "Жаңаөзен", "Strike in Zhanaozen")
    assert done.returncode == 0
    assert "Zhanaozen" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "TELEGRAM_TOKEN"),
        (["run", "--config", "nowhere.toml"], "nowhere.toml"),
        (["match", "nowhere.jsonl"], "nowhere.jsonl"),
        (["explain", "(x"], "(x"),
    ],
    ids=["no token", "no config", "no file", "bad query"],
)
def test_a_wrong_call_is_one_sentence_and_code_two(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    done = kazwatch(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_option_ends_with_two() -> None:
    assert kazwatch("run", "--nonsense").returncode == 2


def test_a_missing_catalogue_stops_before_anything_starts(tmp_path: Path) -> None:
    done = kazwatch(
        "run", cwd=tmp_path, TELEGRAM_TOKEN="123456:abcdef", KAZWATCH_FEEDS__FILE="none.toml"
    )
    assert done.returncode == 2
    assert "none.toml" in done.stderr
    assert "KAZWATCH_FEEDS__FILE" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("catalogue", "says"),
    [
        ("", "no feed in it"),
        (
            "[[feed]]\nid='a'\nname='A'\nurl='https://a.example/'\nenabled=false\nreason='x'",
            "enabl",
        ),
    ],
    ids=["no feed", "none enabled"],
)
def test_a_catalogue_without_a_feed_to_poll_is_refused(
    tmp_path: Path, catalogue: str, says: str
) -> None:
    file = tmp_path / "feeds.toml"
    file.write_text(catalogue)
    for command in ("run", "doctor"):
        done = kazwatch(
            command, cwd=tmp_path, TELEGRAM_TOKEN="123456:abcdef", KAZWATCH_FEEDS__FILE=str(file)
        )
        assert done.returncode == 2
        assert f"{file}: " in done.stderr
        assert says in done.stderr
        assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == [file]


def test_doctor_says_what_to_do(tmp_path: Path) -> None:
    done = kazwatch("doctor", cwd=tmp_path)
    assert done.returncode == 1
    assert "TELEGRAM_TOKEN is not set" in done.stderr
    assert kazwatch("doctor", "--alive", cwd=tmp_path).returncode == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("KAZWATCH_LOG__LEVEL", "x"), ("KAZWATCH_FEEDS__FILE", "none"), ("TELEGRAM_TOKEN", "x")],
)
def test_doctor_ends_with_two_where_settings_are_wrong(
    tmp_path: Path, name: str, value: str
) -> None:
    done = kazwatch("doctor", cwd=tmp_path, **{name: value})
    assert done.returncode == 2
    assert done.stderr.startswith(f"kazwatch: {name}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["demo", "--port", "0"], ["run"]], ids=["demo", "run"])
def test_a_signal_while_it_loads_ends_it_quietly(tmp_path: Path, command: list[str]) -> None:
    """At any moment after the command's own first line: at once, then ever later."""
    environment = os.environ | OURS | {"TELEGRAM_TOKEN": "123456:abcdef"}
    moments = [(signal.SIGINT, delay) for delay in (0, 0.05, 0.1, 0.2, 0.3, 0.5)]
    for number, delay in [*moments, (signal.SIGTERM, 0.1)]:
        with (tmp_path / "said").open("w+b") as said:
            process = subprocess.Popen(
                [sys.executable, "-X", "importtime", "-m", "bot", *command],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            # asyncio is the first that is imported once signals are handled.
            while b"asyncio" not in (tmp_path / "said").read_bytes():
                assert process.poll() is None
                time.sleep(0.005)
            time.sleep(delay)
            process.send_signal(number)
            assert process.wait(timeout=60) in {0, 128 + number}
            said.seek(0)
            assert b"Traceback" not in said.read()


def test_a_story_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    missing = kazwatch("story", "5", KAZWATCH_STORE__URL=url)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "none.db" in missing.stderr
    for wrong in ("x", "-1", str(2**63)):
        assert kazwatch("story", wrong, KAZWATCH_STORE__URL=url).returncode == 2
