"""May this address be fetched? A feed's address, and every redirect, comes from strangers.

Two checks, and both must pass. ``vet_url`` reads the address before anything is done with it, so
that an odd one fails with a clear sentence. ``vet_addresses`` judges what a name resolved to, at
the moment of connecting, on the very addresses that are dialled: it is the one that holds, because
two parsers may read one URL differently and a name may change its answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

# The IANA special-purpose registry. ``ipaddress.is_global`` changed between patch releases of
# Python 3.11, so the list is our own.
_NOT_PUBLIC_V4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; clouds keep their metadata here
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Everything public in IPv6 lies in here; loopback, fc00::/7, fe80::/10, NAT64 and the rest do not.
_UNICAST_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",  # documentation
    )
)
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".onion")
# Blanks and control characters, which parsers drop or keep as they like, and the backslash, which
# some of them read as a slash.
_ODD = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
# The last label decides whether a host is a number (WHATWG URL, "ends in a number").
_NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")
_MAX_URL = 4096


@dataclass(frozen=True, slots=True)
class Refusal:
    """``why``: a sentence for the operator, without a full stop, that names what was refused."""

    why: str


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Is this an address of the public internet?

    An IPv4 address in IPv6 clothes (``::ffff:a.b.c.d``) is judged as what it carries. NAT64, 6to4
    and Teredo are refused whole: they too carry any IPv4 address.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        return (
            address.scope_id is None
            and address in _UNICAST_V6
            and not any(address in net for net in _NOT_PUBLIC_V6)
        )
    return not any(address in net for net in _NOT_PUBLIC_V4)


def plain_host(host: str) -> str:
    """A host as hosts are compared here: lower case, no brackets, no final dot."""
    return host.lower().removeprefix("[").removesuffix("]").removesuffix(".")


def vet_form(url: str) -> Refusal | SplitResult:
    """The parts of an http or https address with a host, or why it is none."""
    if len(url) > _MAX_URL:
        return Refusal(f"the address {url[:80]!r}… is longer than {_MAX_URL} characters")
    if odd := _ODD.search(url):
        names = {"\\": "a backslash", " ": "a blank", "\xa0": "a blank that does not break"}
        what = names.get(odd[0], "a control character")
        return Refusal(f"the address {url[:200]!r} holds {what}")
    try:
        parts = urlsplit(url)
    except ValueError as exc:
        return Refusal(f"the address {url!r} cannot be read ({exc})")
    try:
        port = parts.port
    except ValueError:
        port = 0
    why = ""
    if parts.scheme not in ("http", "https"):
        why = f"the address {url!r} does not begin with http:// or https://"
    elif not parts.hostname:
        why = f"the address {url!r} names no host"
    elif port == 0:
        why = f"the address {url!r} has a port that is no number from 1 to 65535"
    elif parts.username is not None or parts.password is not None:
        why = f"the address of {parts.hostname} carries a user name or password"
    return Refusal(why) if why else parts


def vet_url(url: str, allow_hosts: Collection[str]) -> Refusal | None:
    """May this address be asked for? ``None``: it may, as far as its spelling tells."""
    parts = vet_form(url)
    if isinstance(parts, Refusal):
        return parts
    host = plain_host(parts.hostname or "")
    if host in allow_hosts:
        return None
    try:
        address = ip_address(host)
    except ValueError:
        return Refusal(f"{host} is no address") if "[" in parts.netloc else _vet_name(host)
    return None if is_public(address) else Refusal(f"{host} is not a public address")


def vet_addresses(
    host: str, addresses: Sequence[str], allow_hosts: Collection[str]
) -> Refusal | None:
    """May these, which ``host`` resolved to, be dialled? One that may not refuses them all."""
    if plain_host(host) in allow_hosts:
        return None
    for text in addresses:
        try:
            public = is_public(ip_address(text))
        except ValueError:
            public = False
        if not public:
            return Refusal(f"{host} resolves to {text}, which is not a public address")
    return None


def _vet_name(host: str) -> Refusal | None:
    if "%" in host or ":" in host:
        return Refusal(f"{host} is no host name")
    if not host.isascii():
        # "①②⑦.0.0.1" and the like; what a real name in another script becomes is judged when it
        # has been resolved.
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return Refusal(f"{host} is no host name")
    if _NUMERIC.fullmatch(host):
        return Refusal(f"{host} is an address in an odd spelling")
    if "." not in host or host.endswith(_LOCAL_SUFFIXES):
        return Refusal(f"{host} is a name of a local network")
    return None
