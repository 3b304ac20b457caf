"""Searches answer from PostgreSQL as one run at a time does."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runlore.index import columns_cache
from runlore.journal.folder import create_store
from runlore.query.tree import Query
from runlore.reading.store import StoreReader
from runlore.testing.journals import JournalComposer
from tests.reading import searched

if TYPE_CHECKING:
    from tests.services.postgres import PostgresServer

ACTOR = "0192f0c1a2b30123456789abcdef0011"
queries = st.lists(st.builds(Query, st.none() | searched.filters(), searched.orders(),
                             st.none() | st.integers(0, 4)), min_size=2, max_size=4)  # fmt: skip
rounds = st.lists(
    st.tuples(st.lists(searched.edits, min_size=5, max_size=15), queries), min_size=2, max_size=3
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(rounds)
def test_a_search_answers_as_one_run_at_a_time(
    postgres_server: PostgresServer,
    changes: list[tuple[list[tuple[Any, ...]], list[Query]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLORE_INDEX", postgres_server.url())
        patch.setattr(columns_cache, "_WORTH_PACKING", 1)
        store = create_store(folder)
        writer = searched.Writer(JournalComposer(store, ACTOR))
        with StoreReader(store) as reader:
            for edits, asked in changes:
                for edit in edits:
                    writer.write(edit)
                for query in asked:
                    searched.check(reader, query)
            columns_cache.forget()
            searched.check(reader, changes[-1][1][0])
