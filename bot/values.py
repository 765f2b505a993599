"""What the values of settings must be; a ValueError's text is what would be right."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Strict

from bot.feeds.guard import Refusal, plain_host, vet_form


def _http_url(value: str) -> str:
    right = "should be an address such as https://api.telegram.org"
    if isinstance(refusal := vet_form(value), Refusal):
        raise ValueError(f"{right}; {refusal.why}")
    if refusal.query or refusal.fragment:
        raise ValueError(f"{right}, without ? and #")
    return value.rstrip("/")


def _store_url(value: str) -> str:
    # What PostgreSQL makes of its address is seen when it is opened.
    scheme, _, rest = value.partition("://")
    file = rest.removeprefix("/")
    if scheme != "postgresql" and (scheme != "sqlite" or file in {"", rest, ":memory:"}):
        raise ValueError("should be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return value


def _host(value: str) -> str:
    """As hosts are compared, so that LOCALHOST is meant as well."""
    host = plain_host(value)
    try:
        ip_address(host)
    except ValueError:
        if not re.fullmatch(r"[\w.-]+", host):
            right = "should be a host without http:// and port, such as localhost"
            raise ValueError(right) from None
    return host


def _contact(value: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]*", value):
        raise ValueError("should be in ASCII, such as desk@example.org: it stands in a header")
    return value


def _file_of(what: str) -> Callable[[Path], Path]:
    """Checks that a file which a setting names is there; what stands in it is read later."""

    def check(path: Path) -> Path:
        try:
            directory = stat.S_ISDIR(path.stat().st_mode)
        except FileNotFoundError:
            why = "is not there"
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            why = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        else:
            if not directory and os.access(path, os.R_OK):
                return path
            why = "is a directory" if directory else "may not be read"
        raise ValueError(f"should be {what}; {str(path.absolute())!r} {why}")

    return check


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


# Strict: true is no number, and neither is a text in a file.
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Switch = Annotated[bool, Strict()]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
StoreUrl = Annotated[str, AfterValidator(_store_url)]
Host = Annotated[str, AfterValidator(_host)]
Contact = Annotated[str, AfterValidator(_contact)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Listen = Annotated[str, AfterValidator(_listen)]
CatalogueFile = Annotated[Path, AfterValidator(_file_of("a catalogue, such as config/feeds.toml"))]
PackFile = Annotated[Path, AfterValidator(_file_of("a pack, such as config/kazakhstan.toml"))]
