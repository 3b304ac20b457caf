from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.index.postgres import PostgresIndex
from runlore.testing.index_contract import IndexContract

if TYPE_CHECKING:
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder
    from tests.services.postgres import PostgresServer


class TestPostgresIndex(IndexContract):
    @pytest.fixture(autouse=True)
    def server(self, postgres_server: PostgresServer) -> None:
        self.url = postgres_server.url()

    def open_index(self, store: StoreFolder) -> Index:
        return PostgresIndex(self.url, store.store_id)
