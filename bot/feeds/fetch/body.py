"""Bodies: read up to a limit, and unpacked in steps."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import httpx

from bot.feeds.fetch.failure import FailureError

_INFLATE_STEP = 64 * 1024  # bytes


async def read_body(response: httpx.Response, headers: Mapping[str, str], limit: int) -> bytes:
    """The body, unpacked; ``limit`` in bytes holds for what came and for what it unpacks to."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise FailureError("protocol", f"the document is packed as {encoding!r}, unasked")
    unpacker = Unpacker(encoding)
    body, received = bytearray(), 0
    try:
        async for chunk in response.aiter_raw():
            received += len(chunk)
            for piece in unpacker.feed(chunk):
                body += piece
                if max(len(body), received) > limit:
                    raise FailureError(
                        "too_large", f"the document is larger than {limit / 2**20:g} MiB"
                    )
        body += unpacker.finish()
    except zlib.error as exc:
        raise FailureError("protocol", f"the document cannot be unpacked: {exc}") from exc
    return bytes(body)


class Unpacker:
    """Undoes gzip and deflate in steps of 64 KiB, so that a bomb is seen while it is small.

    What comes decides, not what the header calls it: plain text sent as gzip, gzip sent as
    deflate, and deflate without its wrapper are all met on the web.
    """

    def __init__(self, encoding: str) -> None:
        self._packed = encoding not in ("", "identity")
        self._deflate = encoding == "deflate"
        self._head = b""
        self._inflate: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Pieces of what ``data`` unpacks to, each at most a step. Raises ``zlib.error``."""
        if self._packed and self._inflate is None:
            data = self._head + data
            if len(data) < 2:
                self._head = data
                return
            self._inflate = self._start(data)
            self._packed = self._inflate is not None
        if self._inflate is None:
            yield data
            return
        while data:
            if self._inflate.eof:
                if not data.startswith(b"\x1f\x8b"):
                    return  # rubbish behind the end
                self._inflate = zlib.decompressobj(31)
            yield self._inflate.decompress(data, _INFLATE_STEP)
            data = self._inflate.unconsumed_tail or self._inflate.unused_data

    def finish(self) -> bytes:
        """The last bytes. Raises ``zlib.error`` when the end is missing."""
        if self._inflate is None:
            return self._head if self._packed else b""
        rest = self._inflate.flush()
        if not self._inflate.eof:
            raise zlib.error("it breaks off")
        return rest

    def _start(self, data: bytes) -> zlib._Decompress | None:
        if data.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(31)
        if data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0:
            return zlib.decompressobj(15)
        return zlib.decompressobj(-15) if self._deflate else None
