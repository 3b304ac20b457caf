"""A line to a service on which things can go wrong, and which remembers what was asked."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = re.compile(rb"(GET|PUT|HEAD|POST|DELETE) (\S+) HTTP/1\.1\r\n")
BUSY = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class FaultyLine:
    """Passes all on to a port of this machine, until it is told to do otherwise.

    `fault` is None, "refuse" (every connection is closed at once), "busy" (every request is
    answered with 503) or "cut" (the answer ends after `cut_bytes`).
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.fault: str | None = None
        self.cut_bytes = 0
        self.requests: list[tuple[str, str]] = []
        self.on_request: Callable[[str, str], None] = lambda _method, _path: None

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Only this wakes up who waits for a connection.
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def count(self, method: str) -> int:
        """Count the requests of a method so far."""
        return sum(one == method for one, _ in self.requests)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self.fault == "refuse":
                return
            with socket.create_connection(("127.0.0.1", self._target_port)) as service:
                threading.Thread(
                    target=self._pass_back, args=(service, client), daemon=True
                ).start()
                while data := client.recv(1 << 16):
                    for method, path in REQUEST.findall(data):
                        self.requests.append((method.decode(), path.decode()))
                        self.on_request(*self.requests[-1])
                    if self.fault == "refuse":
                        return
                    if self.fault == "busy":
                        client.sendall(BUSY)
                        return
                    service.sendall(data)

    def _pass_back(self, service: socket.socket, client: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while data := service.recv(1 << 16):
                if self.fault == "cut":
                    data = data[: max(0, self.cut_bytes - passed)]
                    passed += len(data)
                    if not data:
                        break
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)
