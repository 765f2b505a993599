"""/healthz: is the process at work?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

Health = Mapping[str, object]


def application(health: Callable[[], Awaitable[Health]]) -> Starlette:
    """The app. ``health`` gives what is shown; its ``ok`` decides between 200 and 503."""

    async def healthz(_: Request) -> JSONResponse:
        found = await health()
        return JSONResponse(dict(found), status_code=200 if found["ok"] else 503)

    return Starlette(routes=[Route("/healthz", healthz)])
