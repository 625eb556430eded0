"""What can be said of the person: age, work, education, household, housing, car and registration."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.findings.finding import (
    YEAR,
    Absence,
    Finding,
    against,
    either,
    in_favour,
    none_of,
    of_application,
    stated,
)
from credit_scoring.features.reasons import Reason

ABSENCES: dict[Reason, Absence] = {
    Reason.AGE: none_of(["age"], ["DAYS_BIRTH"]),
    Reason.EMPLOYMENT: none_of(["employment"], ["DAYS_EMPLOYED"]),
    Reason.OCCUPATION: Absence(
        pl.all_horizontal(pl.col("income_type", "occupation", "organisation").is_null()),
        of_application(
            ~(
                stated("NAME_INCOME_TYPE")
                | (pl.col("NAME_INCOME_TYPE") == "Maternity leave").fill_null(False)
                | stated("OCCUPATION_TYPE")
                | stated("ORGANIZATION_TYPE")
            )
        ),
    ),
    Reason.EDUCATION: none_of(["education"], ["NAME_EDUCATION_TYPE"]),
    Reason.HOUSEHOLD: none_of(["children"], ["CNT_CHILDREN"]),
    Reason.HOUSING: none_of(["housing", "owns_home"], ["NAME_HOUSING_TYPE", "FLAG_OWN_REALTY"]),
    Reason.CAR: none_of(["owns_car", "car_age"], ["FLAG_OWN_CAR", "OWN_CAR_AGE"]),
    Reason.REGISTRATION: none_of(
        ["registration_age", "identity_document_age"], ["DAYS_REGISTRATION", "DAYS_ID_PUBLISH"]
    ),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    Reason.AGE: (
        against(
            "YOUNG",
            "Applicant less than 30 years old",
            "Demandeur de moins de 30 ans",
            pl.col("age") < 30,
            of_application(pl.col("DAYS_BIRTH") > -30 * YEAR),
        ),
        in_favour(
            "MATURE",
            "Applicant more than 50 years old",
            "Demandeur de plus de 50 ans",
            pl.col("age") > 50,
            of_application(pl.col("DAYS_BIRTH") < -50 * YEAR),
        ),
    ),
    Reason.EMPLOYMENT: (
        either(
            "NONE",
            "No present employment: pensioner or out of work",
            "Aucun emploi actuel : retraité ou sans emploi",
            pl.col("without_employment") == 1,
            of_application(pl.col("DAYS_EMPLOYED") == 365243),
        ),
        against(
            "SHORT",
            "Present employment of less than two years",
            "Emploi actuel depuis moins de deux ans",
            pl.col("employment") < 2,
            of_application(pl.col("DAYS_EMPLOYED").is_between(-2 * YEAR, 0, closed="right")),
        ),
        in_favour(
            "LONG",
            "Present employment of more than five years",
            "Emploi actuel depuis plus de cinq ans",
            pl.col("employment") > 5,
            of_application(pl.col("DAYS_EMPLOYED") < -5 * YEAR),
        ),
    ),
    Reason.OCCUPATION: (
        either(
            "UNSTATED",
            "Occupation not stated",
            "Profession non renseignée",
            pl.col("occupation").is_null() & pl.col("income_type").is_not_null(),
            of_application(~stated("OCCUPATION_TYPE")),
        ),
    ),
    Reason.EDUCATION: (
        against(
            "NO_HIGHER",
            "No completed higher education",
            "Pas d'études supérieures achevées",
            pl.col("education") < 3,
            of_application(
                pl.col("NAME_EDUCATION_TYPE").is_in(
                    ["Lower secondary", "Secondary / secondary special", "Incomplete higher"]
                )
            ),
        ),
    ),
    Reason.HOUSEHOLD: (
        either(
            "CHILDREN",
            "One or more children in the household",
            "Un ou plusieurs enfants au foyer",
            pl.col("children") > 0,
            of_application(pl.col("CNT_CHILDREN") > 0),
        ),
        in_favour(
            "NONE",
            "No children in the household",
            "Aucun enfant au foyer",
            pl.col("children") == 0,
            of_application(pl.col("CNT_CHILDREN") == 0),
        ),
    ),
    Reason.HOUSING: (
        against(
            "NO_PROPERTY",
            "No house or flat owned",
            "Aucune maison ni appartement en propriété",
            pl.col("owns_home") == 0,
            of_application(pl.col("FLAG_OWN_REALTY") == "N"),
        ),
    ),
    Reason.CAR: (
        against(
            "NONE",
            "No car owned",
            "Aucune voiture possédée",
            pl.col("owns_car") == 0,
            of_application(pl.col("FLAG_OWN_CAR") == "N"),
        ),
        against(
            "OLD",
            "Car more than ten years old",
            "Voiture de plus de dix ans",
            (pl.col("owns_car") == 1) & (pl.col("car_age") > 10),
            of_application((pl.col("FLAG_OWN_CAR") == "Y") & (pl.col("OWN_CAR_AGE") > 10)),
        ),
    ),
    Reason.REGISTRATION: (
        against(
            "NEW_DOCUMENT",
            "Identity document changed less than two years ago",
            "Pièce d'identité changée il y a moins de deux ans",
            pl.col("identity_document_age") < 2,
            of_application(pl.col("DAYS_ID_PUBLISH") > -2 * YEAR),
        ),
        against(
            "NEW_REGISTRATION",
            "Registration changed less than two years ago",
            "Inscription changée il y a moins de deux ans",
            pl.col("registration_age") < 2,
            of_application(pl.col("DAYS_REGISTRATION") > -2 * YEAR),
        ),
    ),
}
