"""Settings: config/kazwatch.toml, then the environment, checked whole before anything starts.

The environment wins: ``KAZWATCH_SECTION__NAME``. Secrets come only from there:
``TELEGRAM_TOKEN`` or the file that ``TELEGRAM_TOKEN_FILE`` names, and ``KAZWATCH_SECRET``.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValueError

from bot import __version__
from bot.errors import SettingsError
from bot.model import AlertSettings, FetchSettings

PREFIX = "KAZWATCH_"
# Names of the environment that are not settings of this file.
OUTSIDE = {"KAZWATCH_SECRET", "KAZWATCH_TEST_DATA"}
LANGUAGES = ("en", "ru", "kk")


def config_dir() -> Path:
    """``config/`` of the working directory, else the one that came with the code."""
    here = Path("config")
    return here if here.is_dir() else Path(__file__).resolve().parent.parent / "config"


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("should be an address that begins with http:// or https://")
    return value.rstrip("/")


def _store_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("should begin with sqlite:/// or postgresql://")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("should be a time zone such as Asia/Almaty") from error
    return value


def _listen(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if value and not (host and colon and port.isdecimal() and int(port) < 65536):
        raise ValueError('should be HOST:PORT such as 127.0.0.1:8080, or "" for none')
    return value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Telegram(_Section):
    """How Telegram is reached."""

    api_url: Annotated[str, AfterValidator(_http_url)] = "https://api.telegram.org"


class StoreSection(_Section):
    """Where the data lives."""

    url: Annotated[str, AfterValidator(_store_url)] = "sqlite:///state/kazwatch.db"


class Feeds(_Section):
    """The catalogue."""

    file: Path | None = None


class Pack(_Section):
    """The names of Kazakhstan."""

    file: Path | None = None


class Fetch(_Section):
    """How feeds are asked; times in seconds."""

    allow_hosts: frozenset[str] = frozenset()
    min_interval: float = Field(60, ge=0.1, le=86_400)
    max_interval: float = Field(3600, ge=1, le=86_400)
    deadline: float = Field(30, gt=0, le=600)
    max_bytes: int = Field(10 * 1024 * 1024, ge=1024)
    concurrency: int = Field(50, ge=1, le=500)
    contact: str = ""  # an address or a page that a site's owner may write to


class Alerts(_Section):
    """How chats are told."""

    hourly_cap: int = Field(12, ge=1, le=1000)
    gather_minutes: float = Field(60, gt=0, le=24 * 60)
    outlets_at_once: int = Field(3, ge=2, le=20)


class Chats(_Section):
    """What a new chat begins with."""

    language: Literal["en", "ru", "kk"] = "ru"
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Almaty"


class Web(_Section):
    """The page for machines: /healthz."""

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"


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
    alerts: Alerts = Alerts()
    chats: Chats = Chats()
    web: Web = Web()
    log: Log = Log()
    operators: frozenset[int] = frozenset()

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
        return env_settings, init_settings

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
    values = _read(path) if file or path.exists() else {}
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in os.environ:
        ours = name.startswith(PREFIX) and name not in OUTSIDE
        if ours and name.partition("__")[0] not in known:
            raise SettingsError(
                f"{name}: there is no such setting; the sections are "
                f"{', '.join(Settings.model_fields)} (as in KAZWATCH_LOG__LEVEL)"
            )
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(_sentence(error, path)) from error
    except UnreadableValueError as error:
        raise SettingsError(f"{_variable(str(error))}: should be JSON, such as [1, 2]") from error
    if settings.fetch.max_interval < settings.fetch.min_interval:
        raise SettingsError(f"{path}: fetch.max_interval: should not be below fetch.min_interval")
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


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not TOML: {error}") from error


def _sentence(error: ValidationError, path: Path) -> str:
    """The first complaint, at the place where it can be mended."""
    first = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    whole, single = PREFIX + location[0].upper(), PREFIX + "__".join(location[:2]).upper()
    set_by = next((name for name in (single, whole) if name in os.environ), None)
    place = set_by or f"{path}: {'.'.join(location)}"
    if first["type"] == "extra_forbidden":
        section = Settings.model_fields.get(location[0]) if len(location) > 1 else None
        model = section.annotation if section else Settings
        names = getattr(model, "model_fields", Settings.model_fields)
        return f"{place}: there is no such setting; there are {', '.join(names)}"
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    message = message.replace("frozenset", "list")
    shown = json.dumps(first["input"], ensure_ascii=False, default=str)
    return f"{place}: {message[:1].lower()}{message[1:]} (it is {shown})"


def _variable(complaint: str) -> str:
    """The variable behind pydantic-settings' complaint, which names the field in quotes."""
    field = complaint.split('"')[1] if '"' in complaint else ""
    return PREFIX + field.upper()


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
