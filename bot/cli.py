"""The command ``kazwatch``.

Exit codes: 0 done; 1 something asked for failed; 2 the call or the settings are wrong.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot import __version__, settings
from bot.errors import KazwatchError
from bot.model import Feed
from bot.ops import logs

app = typer.Typer(
    name="kazwatch",
    help="Watches the world's news for Kazakhstan and tells people on Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Config = Annotated[
    Path | None, typer.Option("--config", help="Settings, instead of config/kazwatch.toml.")
]
_BROKEN = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8, as they are read
Lines = Annotated[Path | None, typer.Argument(help="JSON lines; standard input when left out.")]


def main() -> None:
    """Run the command; what is wrong is one sentence on standard error, never a traceback."""
    # Text is UTF-8, whatever the terminal's locale says.
    for stream, encoding, errors in (
        (sys.stdin, "utf-8-sig", "surrogateescape"),
        (sys.stdout, "utf-8", "backslashreplace"),
        (sys.stderr, "utf-8", "backslashreplace"),
    ):
        with suppress(AttributeError):
            stream.reconfigure(encoding=encoding, errors=errors)  # type: ignore[union-attr]
    try:
        app()
    except KazwatchError as error:
        refuse(str(error))
    except BrokenPipeError:  # `kazwatch match | head`
        sys.stderr.close()
        sys.exit(1)


def refuse(sentence: str) -> NoReturn:
    """One sentence for the person who can mend it, and exit code 2."""
    print("kazwatch:", " ".join(sentence.split()), file=sys.stderr)
    sys.exit(2)


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """The options of the command itself."""
    if show:
        print(f"kazwatch {__version__}")
        raise typer.Exit


# ---------------------------------------------------------------- the process


@app.command()
def run(config: Config = None) -> None:
    """Poll the catalogue and serve Telegram, until Ctrl-C."""
    found = settings.load(config)
    token = settings.read_token()
    if token is None:
        raise KazwatchError(
            "TELEGRAM_TOKEN is not set: put the token that @BotFather gave you into it "
            "(or its file's name into TELEGRAM_TOKEN_FILE), or try `kazwatch demo`"
        )
    logs.configure(found.log.format, found.log.level, [token.get_secret_value()])
    from bot import app as house  # noqa: PLC0415 - it takes a second, a refusal need not

    loaded = house.load(found)
    _freeze()
    asyncio.run(house.run(found, loaded, token.get_secret_value()))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Of the chat page; 0 for any.")] = 8090,
) -> None:
    """The same on sample feeds, with a chat page in the browser. Needs nothing."""
    from bot import app as house  # noqa: PLC0415
    from bot.demo import runner  # noqa: PLC0415

    found = settings.for_demo(runner.DATABASE)
    logs.configure(found.log.format, found.log.level, [runner.TOKEN])

    async def lanes(catalogue: tuple[Feed, ...], api_url: str, stop: asyncio.Event) -> None:
        here = settings.at_api(found, api_url)
        await house.App(here, house.load(here, catalogue), runner.TOKEN, stop).run()

    asyncio.run(runner.run(port, lanes, house.utc_now))


@app.command()
def doctor(
    config: Config = None,
    alive: Annotated[
        bool, typer.Option("--alive", help="Only: does the process work? For health checks.")
    ] = False,
) -> None:
    """Say what is wrong and what to do about it."""
    from bot import checks  # noqa: PLC0415

    found = settings.load(config)
    complaints = asyncio.run(checks.alive(found) if alive else checks.everything(found, print))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    raise typer.Exit(1 if complaints else 0)


@app.command()
def story(
    story_id: Annotated[
        int, typer.Argument(metavar="ID", min=0, max=2**63 - 1, help="As the log has it.")
    ],
    config: Config = None,
) -> None:
    """Show a story's members, their scores, and why each joined."""
    from bot.ops import trace  # noqa: PLC0415

    now = datetime.now(UTC)
    lines = asyncio.run(trace.story(settings.load(config).store.url, story_id, now))
    if not lines:
        print(f"kazwatch: there is no story {story_id}", file=sys.stderr)
        raise typer.Exit(1)
    for line in lines:
        print(line)


def _freeze() -> None:
    """What was loaded stays for good: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


# ---------------------------------------------------------------- commands on data


@app.command()
def match(
    file: Lines = None,
    keyword: Annotated[
        list[str] | None, typer.Option("--keyword", help="A query; may be given again.")
    ] = None,
    config: Config = None,
) -> None:
    """Say of each item what was found in it; without a query the Kazakhstan pack is asked."""
    from bot import offline  # noqa: PLC0415

    matching = offline.Matching.load(settings.load(config), keyword)
    _answer_lines(file, matching.answer)


@app.command()
def group(file: Lines = None) -> None:
    """Say of each item, in time order, which story it belongs to."""
    from bot import offline  # noqa: PLC0415

    _answer_lines(file, offline.Stories().answer)


@app.command()
def explain(
    query: Annotated[str, typer.Argument(help="As typed in a chat.")],
    text: Annotated[str | None, typer.Argument(help="A headline.")] = None,
    config: Config = None,
) -> None:
    """Show the forms and keys that a query stands for, and why a text matches or not."""
    from bot import offline  # noqa: PLC0415

    for line in offline.explain(settings.load(config), query, text):
        print(line)


@app.command()
def parse(
    files: Annotated[list[str], typer.Argument(help="Feed documents; - is standard input.")],
) -> None:
    """Read feed documents, a JSON line each."""
    from bot import offline  # noqa: PLC0415

    failed = False

    async def answer() -> None:
        nonlocal failed
        async for line in offline.parse_files(files):
            failed = failed or "error" in line
            print(json.dumps(line, ensure_ascii=False), flush=True)

    asyncio.run(answer())
    raise typer.Exit(1 if failed else 0)


def _answer_lines(file: Path | None, answer: Any) -> None:
    """A JSON line in, a JSON line out. A line that is none is answered as such; exit code 1."""
    failed = False
    for number, item in enumerate(_lines(file), start=1):
        try:
            found = json.loads(item)
            if not isinstance(found, dict):
                raise TypeError("is no object")
            line = answer(found)
            if _BROKEN.search(item):
                line = {"id": line.get("id"), "error": f"line {number}: is not UTF-8"}
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            why = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            line = {"id": None, "error": f"line {number}: {why}"}
            failed = True
        failed = failed or "error" in line
        print(json.dumps(line, ensure_ascii=False), flush=file is None)
    if failed:
        raise typer.Exit(1)


def _lines(file: Path | None) -> Iterator[str]:
    if file is None or str(file) == "-":
        yield from _filled(sys.stdin)
        return
    try:
        with file.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
            yield from _filled(lines)
    except OSError as error:
        raise KazwatchError(f"{file}: cannot be read ({error.strerror})") from error


def _filled(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if line.strip())
