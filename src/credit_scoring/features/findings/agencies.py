"""What can be said of the scores of the credit agencies."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.findings.finding import Absence, Finding, against, in_favour, none_of, of_application
from credit_scoring.features.reasons import Reason

_SCORES = ["EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"]
_AGENCIES = ["agency_score_1", "agency_score_2", "agency_score_3"]


def _agency(number: int) -> tuple[Finding, ...]:
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
    Reason.AGENCY_SCORE_1: none_of(_AGENCIES[:1], _SCORES[:1]),
    Reason.AGENCY_SCORE_2: none_of(_AGENCIES[1:2], _SCORES[1:2]),
    Reason.AGENCY_SCORE_3: none_of(_AGENCIES[2:], _SCORES[2:]),
    Reason.AGENCY_SCORES_TOGETHER: none_of(_AGENCIES, _SCORES),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    Reason.AGENCY_SCORE_1: _agency(1),
    Reason.AGENCY_SCORE_2: _agency(2),
    Reason.AGENCY_SCORE_3: _agency(3),
    Reason.AGENCY_SCORES_TOGETHER: (
        against(
            "LOWEST",
            "At least one credit agency's score in the lower half of its scale",
            "Au moins un score d'agence de crédit dans la moitié inférieure de son échelle",
            pl.col("agency_score_min") < 0.5,
            of_application(pl.min_horizontal(_SCORES) < 0.5),
        ),
        in_favour(
            "ALL_HIGH",
            "All known scores of credit agencies in the upper half of their scale",
            "Tous les scores connus des agences de crédit dans la moitié supérieure de leur échelle",
            pl.col("agency_score_min") > 0.5,
            of_application(pl.min_horizontal(_SCORES) > 0.5),
        ),
    ),
}
