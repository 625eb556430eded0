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
from credit_scoring.schema.application import APPLICATION

READ_AS = {"Maternity leave": "Working"}

EMPLOYED = years_since("DAYS_EMPLOYED")
CAR_AGE = raw("OWN_CAR_AGE")
REGISTERED = years_since("DAYS_REGISTRATION")
IDENTIFIED = years_since("DAYS_ID_PUBLISH")

_not_employed = cleaned.is_sentinel(APPLICATION, "DAYS_EMPLOYED").cast(pl.Float64)

FEATURES: tuple[Feature, ...] = (
    feature("age", AGE, "Age on the day of the application", Unit.YEARS, Risk.FALLS, Reason.AGE),
    feature(
        "employment",
        EMPLOYED,
        "Length of the present employment",
        Unit.YEARS,
        Risk.FALLS,
        Reason.EMPLOYMENT,
    ),
    feature(
        "employment_to_age",
        EMPLOYED / AGE,
        "Share of the life spent in the present employment",
        Unit.SHARE,
        Risk.FALLS,
        Reason.EMPLOYMENT,
    ),
    feature(
        "without_employment",
        Value(_not_employed),
        "Pensioner or out of work",
        Unit.FLAG,
        Risk.UNKNOWN,
        Reason.EMPLOYMENT,
    ),
    feature(
        "income_type",
        code("NAME_INCOME_TYPE", READ_AS),
        "Kind of income, from none to the steadiest",
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.OCCUPATION,
    ),
    feature(
        "occupation",
        code("OCCUPATION_TYPE"),
        "Occupation, by the training that it asks for",
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.OCCUPATION,
    ),
    feature(
        "organisation",
        code("ORGANIZATION_TYPE"),
        "Branch of the employer, from the least to the most secure employment",
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.OCCUPATION,
    ),
    feature(
        "education",
        code("NAME_EDUCATION_TYPE"),
        "Level of education, from the lowest",
        Unit.CODE,
        Risk.FALLS,
        Reason.EDUCATION,
    ),
    feature("children", raw("CNT_CHILDREN"), "Number of children", Unit.COUNT, Risk.UNKNOWN, Reason.HOUSEHOLD),
    feature(
        "housing",
        code("NAME_HOUSING_TYPE"),
        "Housing situation, from the least to the most settled",
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.HOUSING,
    ),
    feature(
        "owns_home",
        code("FLAG_OWN_REALTY"),
        "Owner of a house or flat",
        Unit.FLAG,
        Risk.UNKNOWN,
        Reason.HOUSING,
    ),
    feature("owns_car", code("FLAG_OWN_CAR"), "Owner of a car", Unit.FLAG, Risk.UNKNOWN, Reason.CAR),
    feature("car_age", CAR_AGE, "Age of the car", Unit.YEARS, Risk.UNKNOWN, Reason.CAR),
    feature(
        "registration_age",
        REGISTERED,
        "Time since the registration changed",
        Unit.YEARS,
        Risk.UNKNOWN,
        Reason.REGISTRATION,
    ),
    feature(
        "identity_document_age",
        IDENTIFIED,
        "Time since the identity document changed",
        Unit.YEARS,
        Risk.UNKNOWN,
        Reason.REGISTRATION,
    ),
    feature(
        "registration_age_to_age",
        REGISTERED / AGE,
        "Time since the registration changed as a share of the life",
        Unit.SHARE,
        Risk.UNKNOWN,
        Reason.REGISTRATION,
    ),
    feature(
        "identity_document_age_to_age",
        IDENTIFIED / AGE,
        "Time since the identity document changed as a share of the life",
        Unit.SHARE,
        Risk.UNKNOWN,
        Reason.REGISTRATION,
    ),
)
