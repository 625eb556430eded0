"""The client: age, employment, occupation, education, household, housing, car and stability of the details given.

Nothing here reads gender or marital status, nor what tells them. The income type "Maternity leave" would tell gender:
it is read as "Working", which the client is on leave from.
"""

from __future__ import annotations

import polars as pl

from credit_scoring.features import cleaned
from credit_scoring.features.application import AGE, code, feature, raw, years_since
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit, Value
from credit_scoring.features.words import Words
from credit_scoring.schema.application import APPLICATION

READ_AS = {"Maternity leave": "Working"}

EMPLOYED = years_since("DAYS_EMPLOYED")
CAR_AGE = raw("OWN_CAR_AGE")
REGISTERED = years_since("DAYS_REGISTRATION")
IDENTIFIED = years_since("DAYS_ID_PUBLISH")

_not_employed = cleaned.is_sentinel(APPLICATION, "DAYS_EMPLOYED").cast(pl.Float64)

FEATURES: tuple[Feature, ...] = (
    feature(
        "age",
        AGE,
        Words("Age on the day of the application", "Âge au jour de la demande"),
        Unit.YEARS,
        Risk.FALLS,
        Reason.AGE,
    ),
    feature(
        "employment",
        EMPLOYED,
        Words("Length of the present employment", "Ancienneté dans l'emploi actuel"),
        Unit.YEARS,
        Risk.FALLS,
        Reason.EMPLOYMENT,
    ),
    feature(
        "employment_to_age",
        EMPLOYED / AGE,
        Words("Share of the life spent in the present employment", "Part de la vie passée dans l'emploi actuel"),
        Unit.SHARE,
        Risk.FALLS,
        Reason.EMPLOYMENT,
    ),
    feature(
        "without_employment",
        Value(_not_employed),
        Words("Pensioner or out of work", "Retraité ou sans emploi"),
        Unit.FLAG,
        Risk.UNKNOWN,
        Reason.EMPLOYMENT,
    ),
    feature(
        "income_type",
        code("NAME_INCOME_TYPE", READ_AS),
        Words("Kind of income, from none to the steadiest", "Type de revenu, d'aucun au plus stable"),
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.OCCUPATION,
    ),
    feature(
        "occupation",
        code("OCCUPATION_TYPE"),
        Words("Occupation, by the training that it asks for", "Profession, selon la formation qu'elle demande"),
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.OCCUPATION,
    ),
    feature(
        "organisation",
        code("ORGANIZATION_TYPE"),
        Words(
            "Branch of the employer, from the least to the most secure employment",
            "Secteur de l'employeur, de l'emploi le moins sûr au plus sûr",
        ),
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.OCCUPATION,
    ),
    feature(
        "education",
        code("NAME_EDUCATION_TYPE"),
        Words("Level of education, from the lowest", "Niveau d'études, à partir du plus bas"),
        Unit.CODE,
        Risk.FALLS,
        Reason.EDUCATION,
    ),
    feature(
        "children",
        raw("CNT_CHILDREN"),
        Words("Number of children", "Nombre d'enfants"),
        Unit.COUNT,
        Risk.UNKNOWN,
        Reason.HOUSEHOLD,
    ),
    feature(
        "housing",
        code("NAME_HOUSING_TYPE"),
        Words(
            "Housing situation, from the least to the most settled",
            "Situation de logement, de la moins à la plus établie",
        ),
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.HOUSING,
    ),
    feature(
        "owns_home",
        code("FLAG_OWN_REALTY"),
        Words("Owner of a house or flat", "Propriétaire d'une maison ou d'un appartement"),
        Unit.FLAG,
        Risk.UNKNOWN,
        Reason.HOUSING,
    ),
    feature(
        "owns_car",
        code("FLAG_OWN_CAR"),
        Words("Owner of a car", "Propriétaire d'une voiture"),
        Unit.FLAG,
        Risk.UNKNOWN,
        Reason.CAR,
    ),
    feature("car_age", CAR_AGE, Words("Age of the car", "Âge de la voiture"), Unit.YEARS, Risk.UNKNOWN, Reason.CAR),
    feature(
        "registration_age",
        REGISTERED,
        Words("Time since the registration changed", "Temps écoulé depuis le changement d'inscription"),
        Unit.YEARS,
        Risk.UNKNOWN,
        Reason.REGISTRATION,
    ),
    feature(
        "identity_document_age",
        IDENTIFIED,
        Words("Time since the identity document changed", "Temps écoulé depuis le changement de pièce d'identité"),
        Unit.YEARS,
        Risk.UNKNOWN,
        Reason.REGISTRATION,
    ),
    feature(
        "registration_age_to_age",
        REGISTERED / AGE,
        Words(
            "Time since the registration changed as a share of the life",
            "Temps écoulé depuis le changement d'inscription en part de la vie",
        ),
        Unit.SHARE,
        Risk.UNKNOWN,
        Reason.REGISTRATION,
    ),
    feature(
        "identity_document_age_to_age",
        IDENTIFIED / AGE,
        Words(
            "Time since the identity document changed as a share of the life",
            "Temps écoulé depuis le changement de pièce d'identité en part de la vie",
        ),
        Unit.SHARE,
        Risk.UNKNOWN,
        Reason.REGISTRATION,
    ),
)
