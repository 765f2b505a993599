"""Runs a Dockerfile's steps by hand, where no Docker engine is: in a directory instead of an image.

    image = Build(context, folder, python).run()
    image.command([*image.entrypoint, "doctor"])  # → argv, cwd and environment to start it with

Understands what our Dockerfile uses, and refuses anything else. A base image is an empty directory
whose ``python`` is the one given; other programs are the machine's. Absolute paths mean the
directory, so every stage is built at the same place and then moved aside.

Left out where they cannot be done, and then named in `left_out`: groupadd and useradd (with
``--prefix`` they write the directory's own /etc; that needs root), chown (root).
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from string import Template

ROOT_USER = hasattr(os, "geteuid") and os.geteuid() == 0
_ABSOLUTE = re.compile(r"(?<![^\s=:\"'])/(?=\w)")


class StepError(Exception):
    """A step failed; the text is what it printed."""


@dataclass
class Image:
    """What a stage has become."""

    root: Path
    workdir: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    env: dict[str, str] = field(default_factory=dict)
    user: str = ""
    volume: str = ""
    stop_signal: str = ""
    health: list[str] = field(default_factory=list)
    health_options: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    cmd: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """Where a path of the image is on this machine."""
        return self.root / (self.workdir / inside).relative_to("/")

    def mapped(self, text: str) -> str:
        """A command, or a value, with the image's absolute paths as they are on this machine."""
        return _ABSOLUTE.sub(f"{self.root}/", text)

    def environment(self) -> dict[str, str]:
        """Of a process in the image; pip's settings are the machine's."""
        pip = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
        path = f"{self.root}/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": path, "HOME": str(self.path("")), **pip, **self.env}

    def as_user(self, command: list[str]) -> list[str]:
        """The command as the image's user, where this machine's user may become another."""
        if not (ROOT_USER and self.user and shutil.which("setpriv")):
            return command
        uid, gid = self.user.split(":")
        return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--", *command]


class Build:
    """The steps of ``context``/Dockerfile, done in ``folder``; ``python`` is the base images'."""

    def __init__(self, context: Path, folder: Path, python: str) -> None:
        self._context = context
        self._folder = folder
        self._python = python
        self._stages: dict[str, Path] = {}
        self._name = ""
        self.image = Image(folder / "root")
        self.left_out: list[str] = []
        self.printed: list[str] = []  # by the RUN steps

    def run(self) -> Image:
        """All steps; raises StepError for one that fails."""
        for instruction, arguments in steps(self._context / "Dockerfile"):
            getattr(self, f"_{instruction.lower()}")(arguments)
        return self.image

    def _from(self, arguments: str) -> None:
        root = self.image.root
        if root.exists():
            self._stages[self._name] = root.rename(self._folder / f"stage-{len(self._stages)}")
        _, _, self._name = arguments.partition(" AS ")
        self.image = Image(root)
        programs = root / "usr" / "local" / "bin"
        programs.mkdir(parents=True)
        (programs / "python").symlink_to(self._python)
        (root / "etc").mkdir()
        for name in ("passwd", "group", "shadow", "gshadow"):
            (root / "etc" / name).touch()

    def _workdir(self, arguments: str) -> None:
        self.image.workdir /= arguments
        self.image.path("").mkdir(parents=True, exist_ok=True)

    def _copy(self, arguments: str) -> None:
        words = arguments.split()
        stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
        *sources, target = words
        end = self.image.path(target)
        for source in sources:
            if stage is None:
                copied, origin = list(self._sent(source)), self._context / source
            else:
                origin = self._stages[stage] / source.lstrip("/")
                copied = [origin]
            if not copied:
                raise StepError(f"COPY: the context has no {source}")
            for path in copied:
                inside = path.relative_to(origin) if origin.is_dir() else Path(path.name)
                to = end if origin.is_file() and not target.endswith("/") else end / inside
                to.parent.mkdir(parents=True, exist_ok=True)
                if path.is_dir():
                    path.rename(to)  # of a stage, for which no later step asks again
                else:
                    shutil.copy(path, to)

    def _sent(self, source: str) -> Iterator[Path]:
        """The files below a path that .dockerignore lets into the context: the last rule decides,
        one about a directory also for what is in it."""
        rules = (self._context / ".dockerignore").read_text().split()
        top = self._context / source
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            inside = path.relative_to(self._context)
            names = [str(part) for part in (inside, *inside.parents) if str(part) != "."]
            sent = True
            for rule in rules:
                pattern = rule.removeprefix("!").removeprefix("**/")
                tried = [Path(name).name for name in names] if "**/" in rule else names
                if any(fnmatch.fnmatchcase(name, pattern) for name in tried):
                    sent = rule.startswith("!")
            if path.is_file() and sent:
                yield path

    def _run(self, arguments: str) -> None:
        parts = [self._possible(part.strip()) for part in arguments.split("&&")]
        command = " && ".join(part for part in parts if part)
        self.printed.append(self.shell(command) if command else "")

    def shell(self, command: str, **environment: str) -> str:
        """Run a command as a step would; returns what it printed."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.image.path(""),
            env={**self.image.environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StepError(f"RUN {command}\n{done.stdout[-3000:]}")
        return done.stdout

    def _possible(self, part: str) -> str:
        """The command as it can be done here, "" where it cannot."""
        name, _, rest = part.partition(" ")
        if name not in {"groupadd", "useradd", "chown"}:
            return self.image.mapped(part)
        if not (ROOT_USER and shutil.which(name)):
            self.left_out.append(part)
            return ""
        if name == "chown":  # knows only the machine's names
            owner, _, path = rest.partition(" ")
            return f"chown {self._numbers(owner)} {self.image.mapped(path)}"
        return f"{name} --prefix {shlex.quote(str(self.image.root))} {rest}"

    def _numbers(self, owner: str) -> str:
        rows = (self.image.root / "etc" / "passwd").read_text().splitlines()
        user = next(row for row in rows if row.startswith(owner.partition(":")[0] + ":"))
        return ":".join(user.split(":")[2:4])

    def _env(self, arguments: str) -> None:
        for pair in shlex.split(arguments):
            name, _, value = pair.partition("=")
            known = self.image.environment()
            self.image.env[name] = Template(self.image.mapped(value)).substitute(known)

    def _user(self, arguments: str) -> None:
        self.image.user = arguments

    def _volume(self, arguments: str) -> None:
        self.image.volume = arguments

    def _stopsignal(self, arguments: str) -> None:
        self.image.stop_signal = arguments

    def _healthcheck(self, arguments: str) -> None:
        options, _, command = arguments.partition("CMD")
        self.image.health = json.loads(command)
        self.image.health_options = dict(re.findall(r"--([a-z-]+)=(\S+)", options))

    def _entrypoint(self, arguments: str) -> None:
        self.image.entrypoint = json.loads(arguments)

    def _cmd(self, arguments: str) -> None:
        self.image.cmd = json.loads(arguments)


def steps(file: Path) -> Iterator[tuple[str, str]]:
    """Instruction and arguments, continued lines joined, comments left out."""
    lines = [line for line in file.read_text().splitlines() if not line.lstrip().startswith("#")]
    for step in filter(str.strip, re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()):
        instruction, _, arguments = step.partition(" ")
        yield instruction, arguments.strip()


def plain_yaml(text: str) -> dict[str, object]:
    """The YAML that compose.yaml uses: maps, lists of scalars; every scalar is a string."""
    lines = [
        (len(line) - len(line.lstrip()), line.strip())
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    return _map(lines, 0)[0]


def _map(lines: list[tuple[int, str]], at: int) -> tuple[dict[str, object], int]:
    found: dict[str, object] = {}
    indent = lines[at][0]
    while at < len(lines) and lines[at][0] == indent:
        key, colon, value = lines[at][1].partition(":")
        assert colon, lines[at]
        at += 1
        deeper = at < len(lines) and lines[at][0] > indent
        if value.strip() or not deeper:
            found[key] = value.strip().strip('"')
        elif lines[at][1].startswith("- "):
            items = []
            while at < len(lines) and lines[at][1].startswith("- "):
                items.append(lines[at][1][2:].strip('"'))
                at += 1
            found[key] = items
        else:
            found[key], at = _map(lines, at)
    return found, at


def snapshot(root: Path) -> dict[Path, int]:
    """Every file with the time it was last written."""
    return {path: path.lstat().st_mtime_ns for path in root.rglob("*") if not path.is_dir()}
