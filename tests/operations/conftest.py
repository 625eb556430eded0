"""The lenders of the tests of intake and publishing, for what an operator does with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from credit_scoring.operations.working import Desk
from intake.conftest import Lender, another_lender, lender
from publishing.conftest import generated, open_office

__all__ = ["another_lender", "generated", "lender", "open_office"]


@pytest.fixture(scope="session")
def desk_of() -> Callable[..., Desk]:
    """(somebody with tables, ledger and a clock `now`, run id) -> a desk there."""

    def desk(lender: Lender, run_id: str = "operator") -> Desk:
        def now() -> datetime:
            return lender.now

        return Desk(lender.tables, lender.ledger, run_id, now, minutes=60)

    return desk
