"""Scores of the external agencies: alone, together, and against what the client owes and asks for.

A better score must never count against its owner, so everything here moves one way with each score: lacks (1 - score)
are multiplied with burdens, and the spread between scores, which a better score can widen or narrow, is left out.
"""

from __future__ import annotations

from itertools import combinations

import polars as pl

from credit_scoring.features.application import (
    AGE,
    ANNUITY,
    CREDIT,
    EXPECTED_RATE,
    EXPECTED_TERM,
    INCOME,
    RATE,
    TERM,
    feature,
    raw,
)
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.findings.finding import Absence, Finding, against, in_favour, none_of, of_application
from credit_scoring.features.group import FeatureGroup
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit, largest, mean_of_known, product, smallest
from credit_scoring.features.words import Words

SCORES = {number: raw(f"EXT_SOURCE_{number}") for number in (1, 2, 3)}
ALONE = {1: Reason.AGENCY_SCORE_1, 2: Reason.AGENCY_SCORE_2, 3: Reason.AGENCY_SCORE_3}
TOGETHER = Reason.AGENCY_SCORES_TOGETHER

MEAN = mean_of_known(*SCORES.values())
LACK = 1.0 - MEAN
"""What the scores together lack of the best possible one."""

BURDENS = {
    "term": (TERM, Words("the implied term of the loan", "la durée implicite du crédit")),
    "rate": (RATE, Words("the implied monthly interest of the loan", "le taux mensuel implicite du crédit")),
    "credit_to_income": (
        CREDIT / INCOME,
        Words("the loan as a multiple of the yearly income", "le crédit en multiple du revenu annuel"),
    ),
    "annuity_to_income": (
        ANNUITY / INCOME,
        Words("the annuity as a share of the income", "l'annuité en part du revenu"),
    ),
}

_alone = tuple(
    feature(
        f"agency_score_{number}",
        score,
        Words(f"Score of external agency {number}", f"Score de l'agence externe {number}"),
        Unit.SCORE,
        Risk.FALLS,
        ALONE[number],
    )
    for number, score in SCORES.items()
)

_together = (
    feature(
        "agency_score_mean",
        MEAN,
        Words("Mean of the known agency scores", "Moyenne des scores d'agences connus"),
        Unit.SCORE,
        Risk.FALLS,
        TOGETHER,
    ),
    feature(
        "agency_score_min",
        smallest(*SCORES.values()),
        Words("Lowest of the known agency scores", "Plus bas des scores d'agences connus"),
        Unit.SCORE,
        Risk.FALLS,
        TOGETHER,
    ),
    feature(
        "agency_score_max",
        largest(*SCORES.values()),
        Words("Highest of the known agency scores", "Plus haut des scores d'agences connus"),
        Unit.SCORE,
        Risk.FALLS,
        TOGETHER,
    ),
    *(
        feature(
            "agency_score_product_" + "_".join(map(str, numbers)),
            product(*(SCORES[number] for number in numbers)),
            Words(
                "Product of the scores of external agencies " + " and ".join(map(str, numbers)),
                "Produit des scores des agences externes " + " et ".join(map(str, numbers)),
            ),
            Unit.SCORE,
            Risk.FALLS,
            TOGETHER,
        )
        for numbers in (*combinations(SCORES, 2), tuple(SCORES))
    ),
    feature(
        "agency_lack_to_age",
        LACK / AGE,
        Words(
            "What the agency scores lack of the best, for each year of age",
            "Ce qui manque aux scores d'agences pour être les meilleurs, par année d'âge",
        ),
        Unit.RATIO,
        Risk.RISES,
        TOGETHER,
    ),
)

_against_burdens = tuple(
    feature(
        f"agency_lack_times_{name}",
        LACK * burden,
        Words(
            f"What the agency scores lack of the best, times {words.en}",
            f"Ce qui manque aux scores d'agences pour être les meilleurs, fois {words.fr}",
        ),
        Unit.RATIO,
        Risk.RISES,
        TOGETHER,
    )
    for name, (burden, words) in BURDENS.items()
)

_each_against_the_loan = tuple(
    feature(
        f"agency_{number}_lack_times_{name}",
        (1.0 - SCORES[number]) * BURDENS[name][0],
        Words(
            f"What the score of external agency {number} lacks of the best, times {BURDENS[name][1].en}",
            f"Ce qui manque au score de l'agence externe {number} pour être le meilleur, fois {BURDENS[name][1].fr}",
        ),
        Unit.RATIO,
        Risk.RISES,
        TOGETHER,
    )
    for number in SCORES
    for name in ("term", "rate")
)

_against_expectations = tuple(
    feature(
        f"agency_lack_times_expected_{name}",
        LACK * expected,
        Words(
            f"What the agency scores lack of the best, times {words.en}",
            f"Ce qui manque aux scores d'agences pour être les meilleurs, fois {words.fr}",
        ),
        Unit.RATIO,
        Risk.RISES,
        TOGETHER,
    )
    for name, expected, words in (
        ("term", EXPECTED_TERM, Words("the expected term of the loan", "la durée attendue du crédit")),
        ("rate", EXPECTED_RATE, Words("the expected interest of the loan", "le taux attendu du crédit")),
    )
)

FEATURES: tuple[Feature, ...] = (
    *_alone,
    *_together,
    *_against_burdens,
    *_each_against_the_loan,
    *_against_expectations,
)


_COLUMNS = [f"EXT_SOURCE_{number}" for number in SCORES]
_NAMES = [f"agency_score_{number}" for number in SCORES]


def _alone_findings(number: int) -> tuple[Finding, ...]:
    score, cell = pl.col(f"agency_score_{number}"), pl.col(f"EXT_SOURCE_{number}")
    return (
        against(
            "LOW",
            f"Score of credit agency {number} in the lower half of its scale",
            f"Score de l'agence de crédit {number} dans la moitié inférieure de son échelle",
            score < 0.5,
            of_application(cell < 0.5),
        ),
        in_favour(
            "HIGH",
            f"Score of credit agency {number} in the upper half of its scale",
            f"Score de l'agence de crédit {number} dans la moitié supérieure de son échelle",
            score > 0.5,
            of_application(cell > 0.5),
        ),
    )


ABSENCES: dict[Reason, Absence] = {
    **{ALONE[number]: none_of([f"agency_score_{number}"], [f"EXT_SOURCE_{number}"]) for number in SCORES},
    TOGETHER: none_of(_NAMES, _COLUMNS),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    **{ALONE[number]: _alone_findings(number) for number in SCORES},
    TOGETHER: (
        against(
            "LOWEST",
            "At least one credit agency's score in the lower half of its scale",
            "Au moins un score d'agence de crédit dans la moitié inférieure de son échelle",
            pl.col("agency_score_min") < 0.5,
            of_application(pl.min_horizontal(_COLUMNS) < 0.5),
        ),
        in_favour(
            "ALL_HIGH",
            "All known scores of credit agencies in the upper half of their scale",
            "Tous les scores connus des agences de crédit dans la moitié supérieure de leur échelle",
            pl.col("agency_score_min") > 0.5,
            of_application(pl.min_horizontal(_COLUMNS) > 0.5),
        ),
    ),
}

GROUP = FeatureGroup(FEATURES, ABSENCES, FINDINGS)
