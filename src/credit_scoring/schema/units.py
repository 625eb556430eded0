"""Units of the declared columns, and bounds so wide that no plausible value passes them."""

from typing import Final

CURRENCY: Final = "currency"
DAYS: Final = "days"
DAYS_FROM_APPLICATION: Final = "days from the application (negative: before it)"
MONTHS: Final = "months"
MONTHS_FROM_APPLICATION: Final = "months from the application (negative: before it)"
YEARS: Final = "years"
SHARE: Final = "share (0 to 1)"
NORMALISED: Final = "normalised (0 to 1)"
COUNT: Final = "count"
FLAG: Final = "1 = yes, 0 = no"

LARGEST_AMOUNT: Final = 1e10
"""No amount is larger; a card's or a credit's balance may be negative (paid too much), but not by more than this."""

CENTURY: Final = 36_525
"""A hundred years in days: no delay and no date of a living person's file lies further away."""

LONGEST_HISTORY: Final = 1_200
"""A hundred years in months."""

MOST: Final = 1_000
"""No count of instalments, enquiries, drawings or people is larger."""
