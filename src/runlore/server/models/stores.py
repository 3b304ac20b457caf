"""The store as a whole."""

from __future__ import annotations

from runlore.server.models.base import Answer, Freshness


class Store(Answer):
    """What is in the store, and who one is in it."""

    id: str
    path: str
    name: str
    version: str
    projects: list[str]
    runs: int
    archived: int
    deleted: int
    is_writable: bool
    freshness: Freshness
    actor: str
