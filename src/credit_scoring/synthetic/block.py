"""A block of clients who are drawn together, and what the generators of its tables share.

Each generator is `generate(block)` in the module that has the table's name. What several tables have to agree on (whose
loans, which credits) is drawn once a block, when the first of them asks for it.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from credit_scoring.synthetic import bureau, credit_card_balance, previous_application, repayment
from credit_scoring.synthetic.bureau import Credits
from credit_scoring.synthetic.credit_card_balance import CardDues
from credit_scoring.synthetic.draws import generator
from credit_scoring.synthetic.loan import Loan, loan
from credit_scoring.synthetic.people import People, people
from credit_scoring.synthetic.previous_application import Loans
from credit_scoring.synthetic.repayment import Schedule
from credit_scoring.synthetic.traits import Traits, traits

BLOCK_SIZE = 1_000
"""Clients drawn together. Part of what a seed means: another size is another lender."""


class Block:
    """The clients `number` x BLOCK_SIZE to (`number` + 1) x BLOCK_SIZE - 1 of the lender of a seed."""

    def __init__(self, number: int, seed: int) -> None:
        self.number = number
        self.seed = seed

    def rng(self, part: str) -> np.random.Generator:
        """The random numbers of one part of the block, such as a table."""
        return generator(self.seed, self.number, part)

    @cached_property
    def traits(self) -> Traits:
        """What cannot be seen of the clients."""
        return traits(self.rng("traits"), self.number * BLOCK_SIZE, BLOCK_SIZE)

    @cached_property
    def people(self) -> People:
        """The clients as persons."""
        return people(self.rng("people"), self.traits)

    @cached_property
    def loan(self) -> Loan:
        """The loans that they ask for."""
        return loan(self.rng("loan"), self.traits, self.people)

    @cached_property
    def bureau(self) -> tuple[pl.DataFrame, Credits]:
        """The rows of bureau, and all credits at other lenders, also those that bureau has lost."""
        return bureau.draw(self.rng("bureau"), self.traits, self.people)

    @cached_property
    def previous(self) -> tuple[pl.DataFrame, Loans, Loans]:
        """The rows of previous_application, and all loans and cards that were granted, also those of lost rows."""
        return previous_application.draw(self.rng("previous_application"), self.traits, self.people)

    @cached_property
    def repayment(self) -> Schedule:
        """How the granted loans were repaid."""
        _, loans, _ = self.previous
        return repayment.schedule(self.rng("repayment"), self.traits, loans)

    @cached_property
    def cards(self) -> tuple[pl.DataFrame, CardDues]:
        """The rows of credit_card_balance, and the instalments that fell due on cards."""
        _, _, cards = self.previous
        return credit_card_balance.draw(self.rng("credit_card_balance"), self.traits, cards)
