"""Rows of the previous_application table: what the client asked this lender for before, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from credit_scoring.schema.previous_application import NEVER, PREVIOUS_APPLICATION
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.vocabularies import WEEKDAYS
from credit_scoring.synthetic.draws import (
    Bools,
    Floats,
    Ints,
    assemble,
    chance,
    levels,
    named,
    rows_of,
    skewed_counts,
    unless,
)
from credit_scoring.synthetic.loan import REVOLVING_INSTALMENT, REVOLVING_LIMITS, instalment
from credit_scoring.synthetic.people import People
from credit_scoring.synthetic.traits import FIRST_ID, Traits

if TYPE_CHECKING:
    from credit_scoring.synthetic.block import Block

MOST_APPLICATIONS = 50
_FIRST_LOAN = 1_000_000
_IDS_PER_CLIENT = 64
_NONE = 0.05
"""Share of the clients who never asked this lender for anything before."""
_ORPHAN_LOANS, _ORPHAN_CARDS = 0.05, 0.12
"""Share of the granted loans and cards that have months and payments, but whose application is lost."""

CONSUMER, CASH, REVOLVING, UNKNOWN = range(4)
_CONTRACTS = {"Consumer loans": 0.42, "Cash loans": 0.432, "Revolving loans": 0.15, "XNA": 0.0005}
APPROVED, UNUSED, CANCELED, REFUSED = range(4)
_STATUSES = ("Approved", "Unused offer", "Canceled", "Refused")
# By contract: consumer, cash, revolving, unknown.
_REFUSED_LOG_ODDS = np.array([-2.5, -1.45, -1.25, -1.0])
_CANCELED_OF_OTHERS = np.array([0.002, 0.46, 0.34, 0.95])
_UNUSED_OF_OTHERS = np.array([0.035, 0.001, 0.001, 0.0])
_USUAL_AMOUNT = np.array([80_000.0, 240_000.0, 180_000.0, 100_000.0])

_TERMS = (
    {"4": 0.04, "6": 0.24, "8": 0.07, "10": 0.23, "12": 0.29, "18": 0.05, "24": 0.08},
    {"6": 0.06, "12": 0.26, "18": 0.14, "24": 0.22, "36": 0.16, "48": 0.08, "60": 0.08},
)
_REASONS = {"HC": 0.6, "LIMIT": 0.19, "SCO": 0.13, "SCOFR": 0.045, "XNA": 0.018, "VERIF": 0.012, "SYSTEM": 0.005}
_COMPANIONS = {
    "Unaccompanied": 0.61,
    "Family": 0.25,
    "Spouse, partner": 0.08,
    "Children": 0.04,
    "Other_B": 0.018,
    "Other_A": 0.01,
}
_GOODS = {
    "Mobile": 0.31,
    "Consumer Electronics": 0.17,
    "Computers": 0.145,
    "Audio/Video": 0.135,
    "Furniture": 0.075,
    "Photo / Cinema Equipment": 0.035,
    "Construction Materials": 0.035,
    "Clothing and Accessories": 0.033,
    "Auto Accessories": 0.012,
    "Jewelry": 0.01,
    "Homewares": 0.008,
    "Medical Supplies": 0.006,
    "Other": 0.006,
}
_SELLERS = {"Consumer electronics": 0.53, "Connectivity": 0.34, "Furniture": 0.08, "Construction": 0.05}
_PURPOSES = {
    "XNA": 0.91,
    "Repairs": 0.032,
    "Other": 0.021,
    "Urgent needs": 0.011,
    "Everyday expenses": 0.006,
    "Buying a used car": 0.006,
    "Medicine": 0.004,
    "Payments on other loans": 0.004,
    "Education": 0.003,
    "Journey": 0.003,
}
_PAYMENTS = {"Cash through the bank": 0.62, "XNA": 0.374, "Non-cash from your account": 0.005}
_CHANNELS = (
    {"Country-wide": 0.66, "Stone": 0.2, "Regional / Local": 0.14},
    {"Credit and cash offices": 0.86, "Contact center": 0.08, "AP+ (Cash loan)": 0.058, "Car dealer": 0.002},
)
_YIELDS = ("low_action", "low_normal", "middle", "high", "XNA")


@dataclass(frozen=True)
class Loans:
    """Granted loans or cards of a block: `owner` is the position of the client; dates in days from the application.

    `months` is the number of instalments that the loan took or takes (fewer than agreed when paid off early).
    """

    loan: Ints
    owner: Ints
    decided: Ints
    first_due: Ints
    months: Ints
    term: Ints
    credit: Floats
    annuity: Floats

    def __len__(self) -> int:
        return len(self.loan)


def generate(block: Block) -> pl.DataFrame:
    """The earlier applications of a block of clients."""
    rows, _, _ = block.previous
    return rows


def draw(rng: np.random.Generator, traits: Traits, people: People) -> tuple[pl.DataFrame, Loans, Loans]:
    """The rows of a block of clients, and the loans and the cards that were granted (lost applications included)."""
    counts = 1 + skewed_counts(rng, 4.2 * np.exp(0.1 * traits.indebtedness), 1.4, MOST_APPLICATIONS - 1)
    rows = rows_of(np.where(rng.random(len(traits)) < _NONE, 0, counts))
    size, owner = len(rows), rows.owner
    decided = -np.floor(2 + (people.memory[owner] - 2) * rng.beta(0.95, 2.1, size))
    decided = decided[np.lexsort((decided, owner))]  # a client's applications in the order of time

    contract = levels(rng, _CONTRACTS, size)
    status = _decide(rng, traits, owner, contract)
    approved, refused = status == APPROVED, status == REFUSED
    revolving, consumer, cash = contract == REVOLVING, contract == CONSUMER, contract == CASH

    # A canceled application often stopped before an amount was named.
    nameless = ~consumer & (((status == CANCELED) & (rng.random(size) < 0.93)) | (refused & (rng.random(size) < 0.07)))
    log_amount = np.log(_USUAL_AMOUNT[contract]) + 0.5 * np.log(people.income[owner] / 150_000)
    limits = np.array([float(limit) for limit in REVOLVING_LIMITS])[levels(rng, REVOLVING_LIMITS, size)]
    asked = np.round(np.exp(log_amount + 0.75 * rng.standard_normal(size) + 0.4 * refused) / 45) * 45
    asked = np.where(nameless, 0.0, np.where(revolving, limits, np.clip(asked, 4_500, 3_000_000)))
    share_down = np.where(rng.random(size) < 0.5, 0.0, rng.beta(1.6, 10, size))
    down = np.round(asked * share_down / 4.5) * 4.5
    granted = np.round(np.where(consumer, (asked - down) * 1.06, asked * (1 + 0.12 * rng.random(size) * cash)), 1)

    terms = np.where(
        consumer,
        np.array([int(term) for term in _TERMS[0]])[levels(rng, _TERMS[0], size)],
        np.array([int(term) for term in _TERMS[1]])[levels(rng, _TERMS[1], size)],
    )
    rate = np.clip(0.3 - 0.03 * traits.standing[owner] + 0.12 * rng.standard_normal(size), 0.01, 0.9)
    annuity = np.where(revolving, REVOLVING_INSTALMENT * granted, instalment(granted, rate, terms.astype(np.float64)))
    yields = np.where(nameless | revolving, 4, np.searchsorted((0.15, 0.28, 0.42), rate))

    first_due = decided + 30 + np.floor(3 * rng.random(size))
    early = rng.random(size) < 0.4
    months = np.where(early, np.ceil(terms * rng.beta(3, 2, size)), terms)
    drawn = revolving & (rng.random(size) < 0.7)
    never_due = first_due > -2
    agreed_end = first_due + 30 * (terms - 1)
    last_due = first_due + 30 * (months - 1)
    running = (last_due > -2) | revolving
    ended = last_due + np.floor(2 + 8 * rng.random(size))
    no_dates = ~approved | (rng.random(size) < 0.04)
    first_of_client = rows.number == 0
    client_type = np.where(first_of_client, 0, np.where(rng.random(size) < 0.1, 1, 2))
    walk_in = rng.random(size) < 0.3
    cells: dict[str, Floats | Ints | Bools | pl.Series] = {
        "SK_ID_PREV": _FIRST_LOAN + (traits.client[owner] - FIRST_ID) * _IDS_PER_CLIENT + rows.number,
        CLIENT: traits.client[owner],
        "NAME_CONTRACT_TYPE": named(contract, list(_CONTRACTS)),
        "AMT_ANNUITY": unless(nameless, annuity),
        "AMT_APPLICATION": asked,
        "AMT_CREDIT": granted,
        "AMT_DOWN_PAYMENT": unless(~consumer, np.where(rng.random(size) < 0.0005, -0.45, down)),
        "AMT_GOODS_PRICE": unless(nameless | (revolving & (rng.random(size) < 0.4)), asked),
        "WEEKDAY_APPR_PROCESS_START": named(rng.integers(0, 7, size), WEEKDAYS),
        "HOUR_APPR_PROCESS_START": np.clip(np.round(12.5 + 3.3 * rng.standard_normal(size)), 0, 23),
        "FLAG_LAST_APPL_PER_CONTRACT": named((rng.random(size) < 0.995).astype(np.int64), ("N", "Y")),
        "NFLAG_LAST_APPL_IN_DAY": rng.random(size) < 0.9965,
        "RATE_DOWN_PAYMENT": unless(~consumer, np.round(down / np.maximum(asked, 1), 8)),
        "RATE_INTEREST_PRIMARY": unless(~consumer | (rng.random(size) < 0.99), 0.19 + 0.1 * rng.random(size)),
        "RATE_INTEREST_PRIVILEGED": unless(~consumer | (rng.random(size) < 0.99), 0.7 + 0.15 * rng.random(size)),
        "NAME_CASH_LOAN_PURPOSE": named(
            np.where(cash, levels(rng, _PURPOSES, size), len(_PURPOSES)), (*_PURPOSES, "XAP")
        ),
        "NAME_CONTRACT_STATUS": named(status, _STATUSES),
        "DAYS_DECISION": decided,
        "NAME_PAYMENT_TYPE": named(levels(rng, _PAYMENTS, size), list(_PAYMENTS)),
        "CODE_REJECT_REASON": named(
            np.where(refused, levels(rng, _REASONS, size), len(_REASONS) + (status == UNUSED)),
            (*_REASONS, "XAP", "CLIENT"),
        ),
        "NAME_TYPE_SUITE": named(
            np.where(rng.random(size) < 0.49, -1, levels(rng, _COMPANIONS, size)), list(_COMPANIONS)
        ),
        "NAME_CLIENT_TYPE": named(
            np.where(rng.random(size) < 0.0012, 3, client_type), ("New", "Refreshed", "Repeater", "XNA")
        ),
        "NAME_GOODS_CATEGORY": named(np.where(consumer, levels(rng, _GOODS, size), len(_GOODS)), (*_GOODS, "XNA")),
        "NAME_PORTFOLIO": named(np.where(nameless, 3, contract), ("POS", "Cash", "Cards", "XNA")),
        "NAME_PRODUCT_TYPE": named(
            np.where(consumer | nameless, 0, np.where(walk_in, 1, 2)), ("XNA", "walk-in", "x-sell")
        ),
        "CHANNEL_TYPE": named(
            np.where(consumer, levels(rng, _CHANNELS[0], size), len(_CHANNELS[0]) + levels(rng, _CHANNELS[1], size)),
            (*_CHANNELS[0], *_CHANNELS[1]),
        ),
        "SELLERPLACE_AREA": np.where(consumer, np.minimum(np.floor(rng.lognormal(5.2, 2.0, size)), 250_000), -1),
        "NAME_SELLER_INDUSTRY": named(np.where(consumer, levels(rng, _SELLERS, size), 4), (*_SELLERS, "XNA")),
        "CNT_PAYMENT": unless(nameless, np.where(revolving, 0, terms)),
        "NAME_YIELD_GROUP": named(yields, _YIELDS),
        "PRODUCT_COMBINATION": _product(rng, contract, nameless, walk_in, yields),
        "DAYS_FIRST_DRAWING": unless(no_dates, np.where(drawn, np.minimum(decided + 15, -1), NEVER)),
        "DAYS_FIRST_DUE": unless(no_dates, np.where(never_due | (revolving & ~drawn), NEVER, first_due)),
        "DAYS_LAST_DUE_1ST_VERSION": unless(no_dates, np.where(revolving, NEVER, agreed_end)),
        "DAYS_LAST_DUE": unless(no_dates, np.where(running, NEVER, last_due)),
        "DAYS_TERMINATION": unless(no_dates, np.where(running | (ended > -2), NEVER, ended)),
        "NFLAG_INSURED_ON_APPROVAL": unless(no_dates, rng.random(size) < 0.33),
    }
    frame = assemble(PREVIOUS_APPLICATION, cells)
    every = Loans(
        frame["SK_ID_PREV"].to_numpy(),
        owner,
        decided.astype(np.int64),
        first_due.astype(np.int64),
        months.astype(np.int64),
        terms.astype(np.int64),
        granted,
        annuity,
    )
    is_loan, is_card = approved & (consumer | cash) & ~never_due, approved & revolving & (decided < -35)
    lost = (is_loan & (rng.random(size) < _ORPHAN_LOANS)) | (is_card & (rng.random(size) < _ORPHAN_CARDS))
    return frame.filter(~lost), _those(every, is_loan), _those(every, is_card)


def _those(loans: Loans, which: Bools) -> Loans:
    return Loans(*(getattr(loans, name)[which] for name in Loans.__dataclass_fields__))


def _decide(rng: np.random.Generator, traits: Traits, owner: Ints, contract: Ints) -> Ints:
    """What became of each application: the lender refuses those who look indebted and unable."""
    size = len(owner)
    looks = 0.45 * traits.indebtedness - 0.35 * traits.ability - 0.3 * traits.punctuality
    refused = rng.random(size) < chance(_REFUSED_LOG_ODDS[contract] + 1.1 * looks[owner])
    fate = rng.random(size)
    canceled = fate < _CANCELED_OF_OTHERS[contract]
    unused = fate > 1 - _UNUSED_OF_OTHERS[contract]
    decided: Ints = np.where(refused, REFUSED, np.where(canceled, CANCELED, np.where(unused, UNUSED, APPROVED)))
    return decided


def _product(rng: np.random.Generator, contract: Ints, nameless: Bools, walk_in: Bools, yields: Ints) -> pl.Series:
    """The product's name follows from contract, way of sale and interest."""
    size = len(contract)
    pos = ("POS household", "POS mobile", "POS industry")
    names = [f"{kind} {interest} interest" for kind in pos for interest in ("without", "with")]
    names += ["Card X-Sell", "Card Street"]
    names += [f"{kind}: {height}" for kind in ("Cash X-Sell", "Cash Street") for height in ("low", "middle", "high")]
    names += ["Cash"]
    goods = 2 * levels(rng, {"household": 0.46, "mobile": 0.34, "industry": 0.2}, size) + (yields > 0)
    height = np.clip(yields - 1, 0, 2)
    position = np.select(
        [contract == UNKNOWN, contract == CONSUMER, contract == REVOLVING, nameless],
        [-1, goods, 6 + walk_in, len(names) - 1],
        8 + 3 * walk_in + height,
    )
    return named(position, names)
