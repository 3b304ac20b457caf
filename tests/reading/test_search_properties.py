"""Whatever changes, a search answers as a look at one run after the other does."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runlore.index import columns_cache, columns_packing
from runlore.journal.folder import create_store
from runlore.query.tree import Query
from runlore.reading.store import StoreReader
from runlore.testing.journals import JournalComposer
from tests.reading import searched

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTOR = "0192f0c1a2b30123456789abcdef0011"
queries = st.lists(st.builds(Query, st.none() | searched.filters(), searched.orders(),
                             st.none() | st.integers(0, 4)), min_size=1, max_size=4)  # fmt: skip
rounds = st.lists(
    st.tuples(st.lists(searched.edits, min_size=1, max_size=12), queries), min_size=1, max_size=4
)


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """Let a few runs be several blocks, packed after few changes and read again as a whole."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (columns_packing, columns_cache):
            patch.setattr(module, "BLOCK", 3)
        patch.setattr(columns_cache, "_WORTH_PACKING", 2)
        patch.setattr(columns_cache, "_MANY_CHANGED", 3)
        yield


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rounds)
def test_a_search_answers_as_one_run_at_a_time(
    changes: list[tuple[list[tuple[Any, ...]], list[Query]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = create_store(folder)
        writer = searched.Writer(JournalComposer(store, ACTOR))
        one, other = StoreReader(store), StoreReader(store)
        for edits, asked in changes:
            for edit in edits:
                writer.write(edit)
            for query in asked:
                for reader in (one, other):
                    searched.check(reader, query)
            columns_cache.forget()  # what is packed must do as well
            searched.check(other, asked[0])
        one.close()
        other.close()
        os.unlink(store.index)
        with StoreReader(store) as anew:
            for query in changes[-1][1]:
                searched.check(anew, query)
