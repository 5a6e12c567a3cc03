"""Bodies that are larger than anything the server accepts are refused before they are read into memory or onto the disk."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import problem

_BYTES_PER_CHARACTER = 12  # the longest JSON escape of one character: a surrogate pair
_OVERHEAD = 65_536  # other fields of a request
_FILE_OVERHEAD = 4_096  # headers of one uploaded file, its name included
UPLOAD_PATHS = frozenset({"/v1/jobs", "/v1/terms/import"})


class BodyLimit:
    """Middleware that ends a request with 413 as soon as its body is known to be too large."""

    def __init__(self, app: ASGIApp, *, text_characters: int, upload_bytes: int, upload_files: int) -> None:
        self._app = app
        self._text = text_characters * _BYTES_PER_CHARACTER + _OVERHEAD
        self._upload = upload_bytes + upload_files * _FILE_OVERHEAD + _OVERHEAD

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        maximum = self._upload if scope["path"] in UPLOAD_PATHS else self._text
        detail = f"the request is larger than {maximum:,} bytes"
        announced = dict(scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and int(announced) > maximum:
            await problem(413, "too-large", detail)(scope, receive, send)
            return
        count = 0

        async def counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > maximum:
                raise HTTPException(413, detail)
            return message

        await self._app(scope, counted, send)
