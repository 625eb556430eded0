"""How granted loans were repaid: each instalment due so far, when it was paid and how much.

Both the months (pos_cash_balance) and the payments (installments_payments) of a loan come from here, so they agree.
"""

from dataclasses import dataclass

import numpy as np

from credit_scoring.synthetic.draws import Floats, Ints, Rows, chance, rows_of
from credit_scoring.synthetic.previous_application import Loans
from credit_scoring.synthetic.traits import Traits

BETWEEN_DUES = 30
"""Days from one instalment to the next."""


@dataclass(frozen=True)
class Schedule:
    """Instalments due before the application; `rows.owner` is the position of the loan.

    `due`, `paid` in days from the application (`paid` is NaN: not yet), `amount` due, `delay` in days (at most 0: in
    time).
    """

    rows: Rows
    due: Ints
    paid: Floats
    amount: Floats
    delay: Floats


def delays(rng: np.random.Generator, punctuality: Floats) -> Floats:
    """Days from due date to payment: most pay some days early, the unpunctual late, a few very late."""
    size = len(punctuality)
    late = rng.random(size) < chance(-2.75 - 1.0 * punctuality)
    long = np.where(rng.random(size) < 0.03, 10.0, 1.0)
    lateness = 1 + np.floor(rng.exponential(1.0, size) * 6 * np.exp(-0.3 * punctuality) * long)
    return np.where(late, np.minimum(lateness, 2_000), -np.floor(rng.gamma(0.9, 11, size)).clip(0, 25))


def schedule(rng: np.random.Generator, traits: Traits, loans: Loans) -> Schedule:
    """The instalments of the loans that were due before the application, and how they were met."""
    due_so_far = (-1 - loans.first_due) // BETWEEN_DUES + 1
    rows = rows_of(np.minimum(loans.months, np.maximum(due_so_far, 0)))
    of_loan = traits.punctuality[loans.owner] + 0.4 * rng.standard_normal(len(loans))
    due = loans.first_due[rows.owner] + BETWEEN_DUES * rows.number
    delay = delays(rng, of_loan[rows.owner])
    paid = np.where(due + delay > -1, np.nan, due + delay)
    # Whoever ends a loan early pays the rest with the last instalment.
    number = rows.number + 1
    left = loans.term[rows.owner] - number
    last_of_early = (number == loans.months[rows.owner]) & (left > 0)
    amount = loans.annuity[rows.owner] * np.where(last_of_early, 1 + 0.85 * left, 1)
    return Schedule(rows, due, paid, np.round(amount, 2), delay)
