"""Settings: config/kazwatch.toml, then the environment, checked whole before anything starts.

The environment wins: ``KAZWATCH_SECTION__NAME``, in capitals. Secrets come only from there:
``TELEGRAM_TOKEN`` or the file that ``TELEGRAM_TOKEN_FILE`` names, and ``KAZWATCH_SECRET``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot import __version__
from bot.errors import SettingsError
from bot.model import AlertSettings, FetchSettings
from bot.tomlfile import read_toml
from bot.values import (
    CatalogueFile,
    Contact,
    Host,
    HttpUrl,
    Listen,
    Number,
    PackFile,
    StoreUrl,
    Switch,
    TimeZone,
    Whole,
)

PREFIX = "KAZWATCH_"
# Names of the environment that are not settings of this file.
OUTSIDE = {"KAZWATCH_SECRET", "KAZWATCH_TEST_DATA"}
LANGUAGES = ("en", "ru", "kk")


def config_dir() -> Path:
    """``config/`` of the working directory, else the one that came with the code."""
    here = Path("config")
    return here if here.is_dir() else Path(__file__).resolve().parent.parent / "config"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Telegram(_Section):
    """How Telegram is reached."""

    api_url: HttpUrl = "https://api.telegram.org"


class StoreSection(_Section):
    """Where the data lives."""

    url: StoreUrl = "sqlite:///state/kazwatch.db"


class Feeds(_Section):
    """The catalogue."""

    file: CatalogueFile | None = None


class Pack(_Section):
    """The names of Kazakhstan."""

    file: PackFile | None = None


class Fetch(_Section):
    """How feeds are asked; times in seconds."""

    allow_hosts: frozenset[Host] = frozenset()
    min_interval: Number = Field(60, ge=0.1, le=86_400)
    max_interval: Number = Field(3600, ge=1, le=86_400)
    deadline: Number = Field(30, gt=0, le=600)
    max_bytes: Whole = Field(10 * 1024 * 1024, ge=1024)
    concurrency: Whole = Field(50, ge=1, le=500)
    contact: Contact = ""  # an address or a page that a site's owner may write to


class Stories(_Section):
    """How items are found to tell one event."""

    model: Switch = True


class Alerts(_Section):
    """How chats are told."""

    hourly_cap: Whole = Field(12, ge=1, le=1000)
    gather_minutes: Number = Field(60, gt=0, le=24 * 60)
    outlets_at_once: Whole = Field(3, ge=2, le=20)


class Chats(_Section):
    """What a new chat begins with."""

    language: Literal["en", "ru", "kk"] = "ru"
    timezone: TimeZone = "Asia/Almaty"


class Web(_Section):
    """The page for machines: /healthz."""

    listen: Listen = "127.0.0.1:8080"


class Log(_Section):
    """What is printed on standard error."""

    format: Literal["console", "json"] = "console"
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(BaseSettings):
    """Everything that can be set. Frozen; passed down as each room's own values."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__"
    )

    telegram: Telegram = Telegram()
    store: StoreSection = StoreSection()
    feeds: Feeds = Feeds()
    pack: Pack = Pack()
    fetch: Fetch = Fetch()
    stories: Stories = Stories()
    alerts: Alerts = Alerts()
    chats: Chats = Chats()
    web: Web = Web()
    log: Log = Log()
    operators: frozenset[Whole] = frozenset()

    _file: Path = PrivateAttr(default=Path("config/kazwatch.toml"))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment over the file (which arrives as the initial values)."""
        return _Environment(settings_cls), init_settings

    def place(self, section: str, name: str) -> str:
        """Where this setting is mended: its variable if that is set, else file and key."""
        return _place(self._file, (section, name))

    @property
    def feeds_file(self) -> Path:
        """The catalogue's file."""
        return self.feeds.file or config_dir() / "feeds.toml"

    @property
    def pack_file(self) -> Path:
        """The pack's file."""
        return self.pack.file or config_dir() / "kazakhstan.toml"

    def for_fetch(self) -> FetchSettings:
        """What feeds/fetch and the rhythm take."""
        return FetchSettings(
            user_agent=f"kazwatch/{__version__}"
            + (f" (+{self.fetch.contact})" if self.fetch.contact else ""),
            deadline=timedelta(seconds=self.fetch.deadline),
            max_bytes=self.fetch.max_bytes,
            allow_hosts=self.fetch.allow_hosts,
            min_interval=timedelta(seconds=self.fetch.min_interval),
            max_interval=timedelta(seconds=self.fetch.max_interval),
            concurrency=self.fetch.concurrency,
        )

    def for_alerts(self) -> AlertSettings:
        """What alerts/plan and alerts/settle take."""
        return AlertSettings(
            hourly_cap=self.alerts.hourly_cap,
            gather=timedelta(minutes=self.alerts.gather_minutes),
            outlets_at_once=self.alerts.outlets_at_once,
        )


def load(file: Path | None = None) -> Settings:
    """Read and check all settings. ``file`` None: config/kazwatch.toml, which may be absent.

    Raises SettingsError with one sentence that names file (or variable), key and what is right.
    """
    path = file or config_dir() / "kazwatch.toml"
    remedy = "--config should name a file of settings, such as config/kazwatch.toml"
    values = read_toml(path, remedy) if file or path.exists() else {}
    for name in values:  # BaseSettings would take a few as its own options
        if name not in Settings.model_fields:
            raise _no_such(f"{path}: {name}", name)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise _complaint(error, path) from error
    settings._file = path
    fetch = settings.fetch
    if fetch.max_interval < fetch.min_interval:
        # Where only one was set, the other need not be known to the person.
        name = "max" if "max_interval" in fetch.model_fields_set else "min"
        right = {
            "max": f"should be at least fetch.min_interval, {fetch.min_interval:g}",
            "min": f"should be at most fetch.max_interval, {fetch.max_interval:g}",
        }
        raise SettingsError(f"{settings.place('fetch', f'{name}_interval')}: {right[name]}")
    return settings


def for_demo(database: Path) -> Settings:
    """The demo's: quick polls of its own feeds, summaries by the minute, logs of trouble only.

    Of the environment only the log's settings count: a demo is the same everywhere.
    """
    log = load().log
    if "KAZWATCH_LOG__LEVEL" not in os.environ:
        log = log.model_copy(update={"level": "WARNING"})
    return Settings.model_construct(
        **{name: field.default for name, field in Settings.model_fields.items()}
    ).model_copy(
        update={
            "store": StoreSection(url=f"sqlite:///{database}"),
            "fetch": Fetch(allow_hosts=frozenset({"localhost"}), min_interval=2, max_interval=4),
            "alerts": Alerts(gather_minutes=1),
            "chats": Chats(language="en"),
            "web": Web(listen=""),
            "log": log,
        }
    )


def at_api(settings: Settings, api_url: str) -> Settings:
    """The same with another Bot API server."""
    return settings.model_copy(update={"telegram": Telegram(api_url=api_url)})


class _Environment(EnvSettingsSource):
    """The variables, as if each had stood in the file."""

    def __call__(self) -> dict[str, Any]:
        """Raises SettingsError for a variable that is no setting."""
        values: dict[str, Any] = {}
        for name, text in os.environ.items():
            if not name.upper().startswith(PREFIX) or name in OUTSIDE:
                continue
            if name != name.upper():
                raise SettingsError(f"{name}: should be in capitals: {name.upper()}")
            first, *rest = name.removeprefix(PREFIX).lower().split("__")
            section = _section(first)
            known = section or Settings.model_fields
            if len(rest) != bool(section) or (rest or [first])[0] not in known:
                raise _no_such(name, first, "as in KAZWATCH_LOG__LEVEL")
            if section:
                values.setdefault(first, {})[rest[0]] = _read(text, section[rest[0]])
            else:
                values[first] = _read(text, known[first])
        return values


def _read(text: str, field: FieldInfo) -> object:
    """A variable as the file would have it: numbers, lists, true and false are JSON, all else is a
    text."""
    if field.annotation in (int, float, bool) or get_origin(field.annotation) is frozenset:
        with suppress(ValueError, RecursionError):  # what is no JSON is refused as it stands
            return json.loads(text)
    return text


def _section(name: str) -> Mapping[str, FieldInfo] | None:
    """The settings of a section; None where that is no section."""
    kind = Settings.model_fields[name].annotation if name in Settings.model_fields else None
    return kind.model_fields if isinstance(kind, type) and issubclass(kind, _Section) else None


def _place(path: Path, keys: Sequence[str]) -> str:
    """Where a setting can be mended: its variable if that is set, else file and key."""
    variable = PREFIX + "__".join(keys).upper()
    return variable if variable in os.environ else f"{path}: {'.'.join(keys)}"


def _no_such(place: str, first: str, example: str = "") -> SettingsError:
    section = _section(first)
    known = f"[{first}] has" if section else "there are"
    names = ", ".join(section or Settings.model_fields)
    return SettingsError(
        f"{place}: there is no such setting; {known} {names}" + (f" ({example})" if example else "")
    )


# pydantic's kinds of complaint, in our words. {key} and {example} are ours, the rest is its own.
_RIGHT = {
    "bool_type": "true or false",
    "float_type": "a number",
    "frozen_set_type": "a list, such as {example}",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "int_type": "a whole number",
    "less_than_equal": "at most {le:g}",
    "literal_error": "{expected}",
    "model_type": "a section, such as [{key}]",
    "path_type": "the name of a file, in quotes",
    "string_type": "a text in quotes",
}
_EXAMPLES = {"operators": "[1, 2]", "allow_hosts": '["localhost"]'}


def _complaint(error: ValidationError, path: Path) -> SettingsError:
    """The first complaint, at the place where it can be mended."""
    first = error.errors()[0]
    keys = [part for part in first["loc"] if isinstance(part, str)]
    place, said, within = _place(path, keys), first.get("ctx", {}), len(keys) < len(first["loc"])
    if first["type"] == "extra_forbidden":
        return _no_such(place, keys[0])
    if first["type"] == "value_error":
        right = str(said["error"])
    elif first["type"] in _RIGHT:
        example = _EXAMPLES.get(keys[-1])
        right = "should be " + _RIGHT[first["type"]].format(key=keys[-1], example=example, **said)
    else:
        right = first["msg"]
    each, one = ("each ", "one") if within else ("", "it")
    return SettingsError(f"{place}: {each}{right} ({one} is {_shown(first['input'])})")


def _shown(value: object) -> str:
    """A wrong value for a person: as TOML has it, not endless, and without a password."""
    if isinstance(value, float):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = re.sub("://.*@", "://…@", text, flags=re.DOTALL)
    return text if len(text) <= 200 else f"{text[:200]}…"


def read_token(environ: Mapping[str, str] = os.environ) -> SecretStr | None:
    """The bot's token, or None where none is set.

    Raises SettingsError, never with the token in it.
    """
    token, file = environ.get("TELEGRAM_TOKEN", ""), environ.get("TELEGRAM_TOKEN_FILE", "")
    if not token and file:
        try:
            token = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"TELEGRAM_TOKEN_FILE: {file} cannot be read") from error
        if not token.strip():
            raise SettingsError(f"TELEGRAM_TOKEN_FILE: {file} is empty")
    token = token.strip()
    if not token:
        return None
    number, colon, rest = token.partition(":")
    if not (number.isdecimal() and colon and rest and not any(c.isspace() for c in token)):
        source = "TELEGRAM_TOKEN" if environ.get("TELEGRAM_TOKEN") else "TELEGRAM_TOKEN_FILE"
        raise SettingsError(
            f"{source}: this is no bot token; one looks like 123456:ABC… and comes from @BotFather"
        )
    return SecretStr(token)
