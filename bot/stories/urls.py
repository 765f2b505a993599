"""One address for all the ways a page is linked: the canonical URL, a key of identity.

It follows RFC 3986, section 6 (case, percent-encoding, dot segments, default ports), and folds what
news sites and those who link to them add: http beside https, ``www.``, mobile and AMP variants,
tracking parameters, and redirectors that carry the real link in their own address. It is a key and
a way to tell whose page it is; people are given the link as it was published.
"""

from __future__ import annotations

import base64
import re
from binascii import Error as Base64Error
from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from urllib.parse import unquote, urlsplit

MAX_LENGTH = 4096  # of a URL that can be a key; longer ones are data, not addresses
_MAX_NESTING = 32  # redirectors in redirectors

_PREFIXES = ("www.", "m.", "amp.", "mobile.")
_PORTS = {80, 443}
_INDEX = re.compile(r"index\.(?:html?|php|aspx?)")
_AMP_SEGMENTS = {"amp", "amp.html", "amphtml"}
_AMP_SUFFIX = re.compile(r"(?:\.amp)+(\.html?)?$")
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What analytics, newsletters and social networks append. Each was taken from its own documentation
# or from feeds of the catalogue; `from` and its like are tracking only with some of their values.
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "_hs", "at_", "ns_")
_TRACKING = _words(
    """
    fbclid fb_action_ids fb_action_types fb_ref fb_source fbc gclid gclsrc gbraid wbraid dclid _ga
    _gl ga_source ga_medium ga_campaign yclid ymclid ysclid _openstat openstat msclkid twclid
    ttclid igshid igsh li_fat_id mc_cid mc_eid mkt_tok ncid ocid cmpid cmp cid_source icid s_cid
    smid smtyp sr_share xtor spm ref ref_src ref_url referrer referer feedtype feedname
    virtualbrandchannel guccounter guce_referrer guce_referrer_sig wt.mc_id wt_mc trk
    tracking_source traffic_source rb_clickid erid __twitter_impression __tn__ amp usqp amp_js_v
    _amp amp_gsa rss partner emc wprov vero_id oly_enc_id oly_anon_id nr_email_referer
    """
)
_ORIGINS = {"from", "source", "src", "medium", "campaign", "via", "share", "output", "outputtype"}
_ORIGIN_VALUES = re.compile(
    r"(?:rss|feed|atom|fb|facebook|twitter|tw|x|tg|telegram|vk|ok|whatsapp|instagram|social|share"
    r"|newsletter|email|push|amp|google|yandex|dzen|zen)(?![a-z])",
    re.IGNORECASE,
)

# Where a redirector keeps the link it leads to.
_INNER_NAMES = _words(
    "url u q to target dest destination redirect redirect_url redirect_uri redir goto go out link "
    "href uddg z"
)
_REDIRECTOR_PATH = re.compile(
    r"/(?:url|u|l|l\.php|away|away\.php|redirect|redir|goto|go|out|click|link|linkfilter|jsredir"
    r"|exit|track|apiclick\.aspx|r)(?:\.\w+)?$",
    re.IGNORECASE,
)
_AMP_CACHE = re.compile(r"/[acivw]/(?:s/)?(?=[^/]+\.)(.+)")
_GOOGLE_AMP = re.compile(r"/amp/(?:s/)?(?=[^/]+\.)(.+)")
_PATH_LINK = re.compile(r"/(?:\w+=)?(https?:/.+)", re.IGNORECASE)
_PATH_ESCAPED = re.compile(r"/(?:\w+=)?(https?%3A%2F[^/]+)", re.IGNORECASE)
_GOOGLE_NEWS = re.compile(r"/(?:rss/)?(?:articles|read)/([\w-]+=*)$")
_PRINTABLE_LINK = re.compile(rb"https?://[\x21-\x7e]+")

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE_IN_PATH = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
_ESCAPE_IN_QUERY = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$'()*,;:@/?]")


@dataclass(frozen=True, slots=True)
class _Address:
    """A URL in its parts, escapes and host already in their one form."""

    host: str  # with the port where it is not a default one
    path: str
    params: tuple[tuple[str, str], ...]  # in the order of the query; a value may be absent: ""
    bare: frozenset[str] = frozenset()  # names that came without "="


def canonical_url(url: str) -> str:
    """The one form of an address, or "" where it is no http(s) address. Idempotent, never raises.

    ``https://host[:port]/path[?a=1&b=2]``, at most MAX_LENGTH characters of ASCII.
    """
    for _ in range(_MAX_NESTING):
        address = _parse(url)
        if address is None:
            return ""
        inner = _inner_link(address)
        found = inner if inner is not None else _text(_folded(address))
        if found == url:
            return url if len(url) <= MAX_LENGTH else ""
        url = found
    return ""


def canonical_host(url: str) -> str:
    """Whose page an address is: the host of its one form (with the port, where it is none of the
    default ones), "" where it is no address."""
    return urlsplit(canonical_url(url)).netloc


def _parse(url: str) -> _Address | None:
    url = _CONTROL.sub("", url).strip()
    if len(url) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:  # includes UnicodeError, from a label that IDNA refuses
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    if port is not None and port not in _PORTS:
        host = f"{host}:{port}"
    pairs = [pair.partition("=") for pair in parts.query.split("&") if pair]
    params = tuple(
        (_escaped(name, _ESCAPE_IN_QUERY), _escaped(value, _ESCAPE_IN_QUERY))
        for name, _, value in ((n.replace("+", " "), e, v.replace("+", " ")) for n, e, v in pairs)
    )
    bare = frozenset(param[0] for param, pair in zip(params, pairs, strict=True) if not pair[1])
    return _Address(host, _path(_escaped(parts.path, _ESCAPE_IN_PATH)), params, bare)


def _host(host: str) -> str:
    if ":" in host:
        return f"[{IPv6Address(host.partition('%')[0]).compressed}]"
    host = host.encode("idna").decode("ascii").lower().strip(".")
    while host.startswith(_PREFIXES) and "." in host.partition(".")[2]:
        host = host.partition(".")[2].lstrip(".")
    return host if _HOST.fullmatch(host) and ".." not in host else ""


def _escaped(text: str, pattern: re.Pattern[str]) -> str:
    """Every character escaped that has to be, none that need not; hexadecimal in capitals."""

    def one(found: re.Match[str]) -> str:
        piece = found[0]
        if len(piece) == 3:
            plain = chr(int(piece[1:], 16))
            return plain if plain in _UNRESERVED else piece.upper()
        return "".join(f"%{byte:02X}" for byte in piece.encode("utf-8", "replace"))

    return pattern.sub(one, text)


def _path(path: str) -> str:
    """Without dot segments and empty ones; the trailing slash is folded later."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    return "/" + "/".join(kept)


def _folded(address: _Address) -> _Address:
    """Without what says how the page is shown or who linked to it."""
    path = _SESSION.sub("", address.path)
    segments = path.strip("/").split("/")
    if len(segments) > 1:
        segments = [s for s in segments if s.lower() not in _AMP_SEGMENTS] or [""]
    segments[-1] = _AMP_SUFFIX.sub(r"\1", segments[-1])
    if _INDEX.fullmatch(segments[-1].lower()):
        segments.pop()
    params = tuple(sorted(param for param in address.params if not _is_tracking(*param)))
    return replace(address, path=_path("/".join(segments)), params=params)


def _is_tracking(name: str, value: str) -> bool:
    name = name.lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return name in _ORIGINS and _ORIGIN_VALUES.match(value) is not None


def _text(address: _Address) -> str:
    query = "&".join(
        name if name in address.bare and not value else f"{name}={value}"
        for name, value in address.params
    )
    return f"https://{address.host}{address.path}{'?' + query if query else ''}"


def _inner_link(address: _Address) -> str | None:
    """The link that a redirector, an AMP cache or an aggregator carries in its own address."""
    for link in _carried(address):
        inner = _parse(link)
        if inner is None or ("." not in inner.host and ":" not in inner.host):
            continue
        return link
    return None


def _carried(address: _Address) -> list[str]:
    """What could be an inner link, likeliest first."""
    links = []
    query = _text(address).partition("?")[2]
    tail = f"?{query}" if query else ""
    if found := _AMP_CACHE.match(address.path):
        if address.host.endswith((".cdn.ampproject.org", "bing-amp.com")):
            links.append(f"https://{found[1]}{tail}")
    elif (found := _GOOGLE_AMP.match(address.path)) and address.host.startswith("google."):
        links.append(f"https://{found[1]}{tail}")
    if found := _PATH_LINK.search(address.path):
        scheme, _, rest = found[1].partition(":")
        links.append(f"{scheme}://{rest.lstrip('/')}{tail}")
    if found := _PATH_ESCAPED.search(address.path):
        links.append(unquote(found[1]))
    if query.lower().startswith(("http://", "https://")):  # href.li/?https://…
        links.append(unquote(query))
    for name, value in address.params:
        link = unquote(value)
        if name.lower() in _INNER_NAMES and link.lower().startswith(("http://", "https://")):
            inner = _parse(link)
            elsewhere = inner is not None and inner.host != address.host
            if elsewhere or _REDIRECTOR_PATH.search(address.path):
                links.append(link)
    if address.host == "news.google.com" and (found := _GOOGLE_NEWS.search(address.path)):
        links.extend(_in_base64(found[1]))
    return links


def _in_base64(text: str) -> list[str]:
    """Older Google News addresses hold the link in clear inside a base64 record."""
    try:
        record = base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (Base64Error, ValueError):
        return []
    found = _PRINTABLE_LINK.search(record)
    return [found[0].decode("ascii")] if found else []
