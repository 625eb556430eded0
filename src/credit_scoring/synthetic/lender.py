"""A generated lender: clients numbered 0, 1, 2, ..., each with rows in all eight tables.

A client is the same whatever else is generated: clients are drawn in blocks of a fixed size, each block and each part
of it from its own random numbers. So a lender can grow, and histories and new clients can be written apart.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import TABLES
from credit_scoring.synthetic.application import application
from credit_scoring.synthetic.bureau import CLIENT_OF_CREDIT, bureau
from credit_scoring.synthetic.bureau_balance import bureau_balance
from credit_scoring.synthetic.credit_card_balance import credit_card_balance
from credit_scoring.synthetic.draws import Stream, assemble, generator
from credit_scoring.synthetic.installments_payments import installments_payments
from credit_scoring.synthetic.loan import loan
from credit_scoring.synthetic.outcome import defaults
from credit_scoring.synthetic.people import people
from credit_scoring.synthetic.pos_cash_balance import pos_cash_balance
from credit_scoring.synthetic.previous_application import previous_application
from credit_scoring.synthetic.repayment import schedule
from credit_scoring.synthetic.traits import FIRST_ID, traits

Tables = dict[str, pl.DataFrame]

BLOCK = 1_000
"""Clients drawn together. Part of what a seed means: another size is another lender."""


def generate(clients: range, seed: int) -> Tables:
    """The rows of these clients (numbers from 0) by table name, typed as declared; `outcomes` has all of them."""
    blocks = list(blocks_of(clients, seed))
    if not blocks:
        return {table.name: pl.DataFrame(schema=table.polars_schema()) for table in TABLES}
    return {table.name: pl.concat([block[table.name] for block in blocks]) for table in TABLES}


def blocks_of(clients: range, seed: int) -> Iterator[Tables]:
    """The same, some hundred clients at a time, so that any number of clients fits into little memory."""
    if len(clients) and (clients.step != 1 or clients.start < 0):
        raise ValueError(f"clients must be a range of whole numbers from 0 in steps of 1, not {clients}")
    for number in range(clients.start // BLOCK, -(-clients.stop // BLOCK) if clients else 0):
        first, last = FIRST_ID + clients.start, FIRST_ID + clients.stop - 1
        block = _block(number, seed)
        if clients.start <= number * BLOCK and (number + 1) * BLOCK <= clients.stop:
            yield block
        else:
            yield _only(block, first, last)


def _block(number: int, seed: int) -> Tables:
    def rng(stream: Stream) -> np.random.Generator:
        return generator(seed, number, stream)

    hidden = traits(rng(Stream.TRAITS), number * BLOCK, BLOCK)
    persons = people(rng(Stream.PEOPLE), hidden)
    asked = loan(rng(Stream.LOAN), hidden, persons)
    bureau_rows, credits = bureau(rng(Stream.BUREAU), hidden, persons)
    previous, loans, cards = previous_application(rng(Stream.PREVIOUS_APPLICATION), hidden, persons)
    repaid = schedule(rng(Stream.REPAYMENT), hidden, loans)
    card_rows, card_dues = credit_card_balance(rng(Stream.CREDIT_CARD_BALANCE), hidden, cards)
    late = defaults(rng(Stream.OUTCOME), hidden, persons, asked)
    return {
        "application": application(rng(Stream.APPLICATION), hidden, persons, asked),
        "bureau": bureau_rows,
        "bureau_balance": bureau_balance(rng(Stream.BUREAU_BALANCE), hidden, credits),
        "previous_application": previous,
        "pos_cash_balance": pos_cash_balance(rng(Stream.POS_CASH_BALANCE), hidden, loans, repaid),
        "installments_payments": installments_payments(
            rng(Stream.INSTALLMENTS_PAYMENTS), hidden, loans, repaid, card_dues
        ),
        "credit_card_balance": card_rows,
        "outcomes": assemble(OUTCOMES, {CLIENT: hidden.client, "TARGET": late}),
    }


def _only(block: Tables, first: int, last: int) -> Tables:
    """The rows of the clients from id `first` to id `last`."""
    return {
        name: rows.filter((CLIENT_OF_CREDIT if name == "bureau_balance" else pl.col(CLIENT)).is_between(first, last))
        for name, rows in block.items()
    }
