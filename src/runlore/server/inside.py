"""Ask the application inside of this process, as a browser would ask the server."""

from __future__ import annotations

import asyncio
import json
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from runlore.errors import RunloreError
from runlore.server.app import create_app

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import Self

    from starlette.types import Message

_HEADERS = [(b"host", b"localhost"), (b"content-type", b"application/json")]


class Inside:
    """The application of a store, asked without a socket; to be closed, or used in a `with`.

    Works where a loop of asyncio runs already, as in notebooks: it has a thread of its own.
    """

    def __init__(self, place: str | os.PathLike[str] | None = None) -> None:
        """Open the store.

        Raises:
            StoreError: if there is none, or it can't be read.
        """
        self._app = create_app(place)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON that is answered.

        Raises:
            RunloreError: what the server would say is wrong.
        """
        return json.loads(self._ask("GET", path, urlencode(query or {}), b""))

    def post(self, path: str, body: object) -> bytes:
        """Put a question with a body, and return the bytes of the answer.

        Raises:
            RunloreError: what the server would say is wrong.
        """
        return self._ask("POST", path, "", json.dumps(body).encode())

    def close(self) -> None:
        """Give back the thread and what the store was read through."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._app.state.reader.close()

    def _ask(self, method: str, path: str, query: str, body: bytes) -> bytes:
        call = self._answer(method, path, query, body)
        status, answer = asyncio.run_coroutine_threadsafe(call, self._loop).result()
        if status >= 400:
            problem = json.loads(answer)["error"]
            raise RunloreError(problem["message"], hint=problem["hint"])
        return answer

    async def _answer(self, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        waiting = [{"type": "http.request", "body": body, "more_body": False}]
        statuses: list[int] = []
        chunks: list[bytes] = []

        async def receive() -> Message:
            if not waiting:
                await asyncio.Event().wait()  # nobody hangs up; who asks for it is cancelled
            return waiting.pop()

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            else:
                chunks.append(message.get("body", b""))

        await self._app(_scope(method, path, query), receive, send)
        return statuses[0], b"".join(chunks)


def _scope(method: str, path: str, query: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": _HEADERS,
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 80),
        "state": {},
    }
