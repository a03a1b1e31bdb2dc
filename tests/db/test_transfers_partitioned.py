"""What is asked of transfers in one table is asked of them in one table a quarter too: the very same tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from api.test_transfer_linking import (  # noqa: F401 - run here again
    test_a_statement_stays_with_the_declaration_that_it_answers,
)
from api.test_transfers import (  # noqa: F401 - same
    test_a_receiver_registered_later_finds_what_was_sent_to_it,
    test_a_transfer_taken_back_while_it_is_confirmed_is_gone,
    test_an_amended_away_transfer_goes_and_a_third_party_sees_nothing,
    test_only_the_receiver_confirms_and_the_rate_follows,
)
from db.partitioned import fill_partitioned
from rates.test_kept_sums import (  # noqa: F401 - same
    test_both_sides_at_once_with_a_site_that_moves_and_rows_that_are_folded,
)
from support.databases import filled_database
from support.run import Run


@pytest.fixture(params=["postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def database(database_kind: str, run: Run, tmp_path: Path) -> Iterator[str]:
    with filled_database(database_kind, run, tmp_path, fill_partitioned) as url:
        yield url
