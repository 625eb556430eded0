"""A generated lender: clients numbered 0, 1, 2, ..., each with rows in every source table.

A client is the same whatever else is generated: clients are drawn in blocks of a fixed size, each block and each part
of it from its own random numbers. So a lender can grow, and histories and new clients can be written apart.
"""

from collections.abc import Iterator

import polars as pl

from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.outcomes import OUTCOMES
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.tables import TABLES, modules
from credit_scoring.synthetic.block import BLOCK_SIZE, Block
from credit_scoring.synthetic.bureau import CLIENT_OF_CREDIT
from credit_scoring.synthetic.traits import FIRST_ID

Tables = dict[str, pl.DataFrame]

_GENERATORS = {table.name: module.generate for table, module in zip(TABLES, modules("synthetic", TABLES), strict=True)}


def generate(clients: range, seed: int) -> Tables:
    """The rows of these clients (numbers from 0) by table name, typed as declared; `outcomes` has all of them."""
    blocks = list(blocks_of(clients, seed))
    if not blocks:
        return {table.name: pl.DataFrame(schema=table.polars_schema()) for table in TABLES}
    return {table.name: pl.concat([block[table.name] for block in blocks]) for table in TABLES}


def known(clients: range, seed: int) -> Tables:
    """What intake would know of these clients, without the outcomes: bureau_balance has the client of its credit."""
    tables = {name: rows for name, rows in generate(clients, seed).items() if name != OUTCOMES.name}
    credit = BUREAU_BALANCE.owner
    owners = tables[BUREAU.name].select(credit, CLIENT)
    balances = tables[BUREAU_BALANCE.name].join(owners, on=credit, how="inner", maintain_order="left")
    return {**tables, BUREAU_BALANCE.name: balances}


def blocks_of(clients: range, seed: int) -> Iterator[Tables]:
    """The same, some hundred clients at a time, so that any number of clients fits into little memory."""
    if len(clients) and (clients.step != 1 or clients.start < 0):
        raise ValueError(f"clients must be a range of whole numbers from 0 in steps of 1, not {clients}")
    for number in range(clients.start // BLOCK_SIZE, -(-clients.stop // BLOCK_SIZE) if clients else 0):
        first, last = FIRST_ID + clients.start, FIRST_ID + clients.stop - 1
        drawn = Block(number, seed)
        rows = {name: generate(drawn) for name, generate in _GENERATORS.items()}
        if clients.start <= number * BLOCK_SIZE and (number + 1) * BLOCK_SIZE <= clients.stop:
            yield rows
        else:
            yield _only(rows, first, last)


def _only(rows: Tables, first: int, last: int) -> Tables:
    """The rows of the clients from id `first` to id `last`."""
    client = {table.name: pl.col(CLIENT) if table.client_column else CLIENT_OF_CREDIT for table in TABLES}
    return {name: frame.filter(client[name].is_between(first, last)) for name, frame in rows.items()}
