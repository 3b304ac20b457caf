"""The same streams of records as for SQLite, with the index in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings

from runlore.index.postgres import PostgresIndex
from tests.index.test_any_order import check, streams

if TYPE_CHECKING:
    from tests.services.postgres import PostgresServer


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(stream=streams)
def test_answers_depend_on_nothing_but_the_records(
    postgres_server: PostgresServer, stream: Any
) -> None:
    check(stream, lambda store: PostgresIndex(postgres_server.url(), store.store_id))
