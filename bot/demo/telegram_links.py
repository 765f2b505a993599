"""Which addresses Telegram makes a link of, and what it makes of them.

The same check is behind `<a href>` in a message (an address it refuses is dropped, the words
stay) and behind a button with an address (an address it refuses is an error). Written from the
behaviour of `parseTextEntities` of TDLib 1.8.69, which the tests ask for the same answers.
Works on UTF-8, as TDLib does.
"""

import ipaddress
import re
from dataclasses import dataclass

_SPACES = b" \t\r\n\0\v"
_MAX_USER_ID = (1 << 40) - 1
_PORT = re.compile(rb"0*([1-9][0-9]{0,4})")
_HOST = re.compile(rb"(?:[A-Za-z0-9.\-_!$,~*'();&+=\x80-\xff]|%[0-9A-Fa-f]{2})+")
_USERINFO = re.compile(rb"(?:[A-Za-z0-9.\-_!$,~*'();&+=:\x80-\xff]|%[0-9A-Fa-f]{2})*")
_IPV6 = re.compile(rb"\[[0-9a-f:.]+\]")
_APP_SCHEMES = (b"tg", b"ton", b"tonsite")
_USER_LINK = re.compile(rb"tg:(?://)?user/?\?([^#]*)")


@dataclass(frozen=True, slots=True)
class _Address:
    """The parts of an address, as bytes; `port` is b"" where none is named."""

    scheme: bytes
    userinfo: bytes
    host: bytes
    port: bytes
    path: bytes

    @property
    def is_ipv6(self) -> bool:
        return self.host.startswith(b"[")


def checked_link(link: bytes) -> bytes | str:
    """The address as Telegram keeps it (bytes), or why it refuses it (text, in its words)."""
    for scheme in _APP_SCHEMES:
        if link.lower().startswith(scheme + b":"):
            return _app_link(scheme, link[len(scheme) + 1 :].removeprefix(b"//"))
    address = _address(link)
    if isinstance(address, str):
        return address
    if b"." not in address.host and not address.is_ipv6:
        return "Wrong HTTP URL"
    userinfo = address.userinfo + b"@" if address.userinfo else b""
    port = b":" + address.port if address.port else b""
    return address.scheme + b"://" + userinfo + address.host + port + address.path


def linked_user(link: bytes) -> int | None:
    """The user that `tg://user?id=…` names."""
    match = _USER_LINK.match(link.lower())
    if match is None:
        return None
    for parameter in match[1].split(b"&"):
        key, _, value = parameter.partition(b"=")
        if key == b"id":
            valid = re.fullmatch(rb"[1-9][0-9]*", value) and int(value) <= _MAX_USER_ID
            return int(value) if valid else None
    return None


def _app_link(scheme: bytes, rest: bytes) -> bytes | str:
    address = _address(rest)
    if isinstance(address, str):
        return address
    if (
        rest.lower().startswith(b"http://")
        or address.scheme == b"https"
        or address.userinfo
        or address.port
        or address.is_ipv6
    ):
        return "Wrong tg URL" if scheme == b"tg" else "Wrong ton URL"
    allowed = rb"[a-z0-9_.-]+" if scheme == b"tonsite" else rb"[a-z0-9_-]+"
    if not re.fullmatch(allowed, address.host):
        return "Unallowed characters in URL host"
    path = address.path[1:] if address.path.startswith(b"/?") else address.path
    return scheme + b"://" + address.host + path


def _address(link: bytes) -> _Address | str:
    """[https?://][userinfo@]host[:port][path], or what is wrong with it."""
    scheme, rest = b"http", link
    named = re.match(rb"([^:/?#@\[\]]*)://", link)
    if named:
        scheme, rest = named[1].lower(), link[named.end() :]
        if scheme not in (b"http", b"https"):
            return "Unsupported URL protocol"
    cut = re.search(rb"[/?#]", rest)
    authority, path = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, b"")

    port = b""
    split = re.fullmatch(rb"(.+):([^:\]@]*)", authority, re.DOTALL)
    if split:
        number = _PORT.fullmatch(split[2])
        if number is None or int(number[1]) > 65535:
            return "Wrong port number specified in the URL"
        authority, port = split[1], number[1]
    userinfo, _, host = authority.rpartition(b"@")
    host = host.lower()
    wrong = _wrong_host(host, userinfo)
    return wrong or _Address(scheme, userinfo, host, port, _escaped(path.rstrip(_SPACES)))


def _wrong_host(host: bytes, userinfo: bytes) -> str:
    """What is wrong with the host, or with what stands before it; else empty."""
    if host in (b"", b"."):
        return "Host is invalid" if host else "URL host is empty"
    if host.startswith(b"[") and host.endswith(b"]"):
        try:
            ipaddress.IPv6Address(host[1:-1].decode("latin-1"))
        except ValueError:
            return "Wrong IPv6 address specified in the URL"
        return "" if _IPV6.fullmatch(host) else "Wrong IPv6 URL host"
    if not _HOST.fullmatch(host):
        return "Disallowed character in URL host"
    return "" if _USERINFO.fullmatch(userinfo) else "Disallowed character in URL userinfo"


def _escaped(path: bytes) -> bytes:
    path = path if path.startswith(b"/") else b"/" + path
    return re.sub(rb"[\x00-\x20]", lambda found: b"%%%02X" % found[0][0], path)
