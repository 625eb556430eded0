"""Rows of the application table: what the client shows on the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from credit_scoring.schema.application import APPLICATION, NO_EMPLOYMENT
from credit_scoring.schema.table import CLIENT
from credit_scoring.schema.vocabularies import ORGANISATIONS, WEEKDAYS
from credit_scoring.synthetic.building import building
from credit_scoring.synthetic.draws import Bools, Floats, Ints, assemble, chance, levels, named, rank, unless
from credit_scoring.synthetic.people import People
from credit_scoring.synthetic.traits import Traits

if TYPE_CHECKING:
    from credit_scoring.synthetic.block import Block

_COMPANIONS = {
    "Unaccompanied": 0.81,
    "Family": 0.13,
    "Spouse, partner": 0.037,
    "Children": 0.011,
    "Other_B": 0.006,
    "Other_A": 0.003,
    "Group of people": 0.001,
}
_INCOMES = {  # of those who are not pensioners
    "Working": 0.63,
    "Commercial associate": 0.285,
    "State servant": 0.0849,
    "Student": 0.0001,
    "Businessman": 0.0001,
    "Maternity leave": 0.0001,
}
_FAMILY = {
    "Married": 0.64,
    "Single / not married": 0.147,
    "Civil marriage": 0.097,
    "Separated": 0.064,
    "Widow": 0.052,
    "Unknown": 0.00002,
}
_HOUSING = {
    "House / apartment": 0.888,
    "With parents": 0.048,
    "Municipal apartment": 0.036,
    "Rented apartment": 0.016,
    "Office apartment": 0.008,
    "Co-op apartment": 0.004,
}
_OCCUPATIONS = {
    "Laborers": 26.0,
    "Sales staff": 15.0,
    "Core staff": 13.0,
    "Managers": 10.0,
    "Drivers": 8.8,
    "High skill tech staff": 5.4,
    "Accountants": 4.6,
    "Medicine staff": 4.0,
    "Security staff": 3.2,
    "Cooking staff": 2.8,
    "Cleaning staff": 2.2,
    "Private service staff": 1.3,
    "Low-skill Laborers": 1.0,
    "Waiters/barmen staff": 0.6,
    "Secretaries": 0.6,
    "Realty agents": 0.4,
    "HR staff": 0.3,
    "IT staff": 0.25,
}
_LARGE_EMPLOYERS = {
    "Business Entity Type 3": 27.0,
    "Self-employed": 15.0,
    "Other": 6.7,
    "Medicine": 4.4,
    "Government": 4.1,
    "Business Entity Type 2": 4.1,
    "School": 3.5,
    "Trade: type 7": 3.1,
    "Kindergarten": 2.7,
    "Construction": 2.6,
    "Business Entity Type 1": 2.3,
    "Transport: type 4": 2.1,
}
_ORGANISATIONS = {name: _LARGE_EMPLOYERS.get(name, 0.5) for name in ORGANISATIONS}
_DOCUMENTS = {3: 0.71, 6: 0.088, 8: 0.081, 5: 0.015, 16: 0.01, 18: 0.008, 11: 0.004, 9: 0.004, 13: 0.0035, 14: 0.003}
_RARE_DOCUMENT = 0.0003
_WEEKDAYS = dict(zip(WEEKDAYS, (0.165, 0.175, 0.169, 0.165, 0.164, 0.11, 0.052), strict=True))
_ENQUIRIES = {"HOUR": 0.0064, "DAY": 0.007, "WEEK": 0.034, "MON": 0.26, "QRT": 0.27, "YEAR": 1.9}
_POPULATION = ((0, 0.01, 0.25, 0.5, 0.75, 1), (0.0005, 0.002, 0.01, 0.019, 0.029, 0.0725))
_SCORE_RANKS = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)


def generate(block: Block) -> pl.DataFrame:
    """The application rows of a block of clients, without TARGET."""
    rng, traits, people, loan = block.rng(APPLICATION.name), block.traits, block.people, block.loan
    count = len(traits)

    def flag(share: Floats | float) -> Bools:
        drawn: Bools = rng.random(count) < share
        return drawn

    def drawn(frequencies: dict[str, float]) -> pl.Series:
        return named(levels(rng, frequencies, count), list(frequencies))

    family = levels(rng, _FAMILY, count)
    couple = np.isin(family, (0, 2))
    car = flag(chance(-1.0 + 0.9 * people.male + 0.25 * traits.ability))
    car_age = np.minimum(np.floor(rng.gamma(1.6, 7.5, count) * np.exp(-0.15 * traits.ability)), 65)
    occupation = np.where(people.pensioner | flag(0.165), -1, levels(rng, _OCCUPATIONS, count))
    organisation = np.where(people.pensioner, len(_ORGANISATIONS), levels(rng, _ORGANISATIONS, count))
    pensioner_income = np.where(flag(0.0004), len(_INCOMES) + 1, len(_INCOMES))
    income_type = np.where(people.pensioner, pensioner_income, levels(rng, _INCOMES, count))
    rating = 1 + np.searchsorted((0.105, 0.84), rank(-0.3 * traits.ability + 0.954 * rng.standard_normal(count)))
    rating_with_city = np.where(flag(0.03), np.maximum(rating - 1, 1), rating)
    cells: dict[str, Floats | Ints | Bools | pl.Series] = {
        CLIENT: traits.client,
        "NAME_CONTRACT_TYPE": named(loan.revolving.astype(np.int64), ("Cash loans", "Revolving loans")),
        "CODE_GENDER": named(np.where(flag(0.00002), 2, people.male), ("F", "M", "XNA")),
        "FLAG_OWN_CAR": named(car.astype(np.int64), ("N", "Y")),
        "FLAG_OWN_REALTY": named(flag(chance(0.8 + 0.2 * traits.stability)).astype(np.int64), ("N", "Y")),
        "CNT_CHILDREN": people.children,
        "AMT_INCOME_TOTAL": people.income,
        "AMT_CREDIT": loan.credit,
        "AMT_ANNUITY": unless(flag(0.0001), loan.annuity),
        "AMT_GOODS_PRICE": unless(flag(0.0008), loan.goods),
        "NAME_TYPE_SUITE": named(np.where(flag(0.005), -1, levels(rng, _COMPANIONS, count)), list(_COMPANIONS)),
        "NAME_INCOME_TYPE": named(income_type, (*_INCOMES, "Pensioner", "Unemployed")),
        "NAME_EDUCATION_TYPE": named(people.education, APPLICATION.column("NAME_EDUCATION_TYPE").vocabulary),
        "NAME_FAMILY_STATUS": named(family, list(_FAMILY)),
        "NAME_HOUSING_TYPE": drawn(_HOUSING),
        "REGION_POPULATION_RELATIVE": np.round(np.interp(rng.random(count), *_POPULATION), 6),
        "DAYS_BIRTH": -people.age,
        "DAYS_EMPLOYED": np.where(people.pensioner, NO_EMPLOYMENT, -people.employed),
        "DAYS_REGISTRATION": -np.floor(people.age * rng.beta(1.0, 2.3, count)),
        "DAYS_ID_PUBLISH": -np.floor(np.minimum(0.8 * people.age, 6_300 * rng.beta(1.7, 1.8, count))),
        "OWN_CAR_AGE": unless(~car, car_age),
        "FLAG_MOBIL": ~flag(0.00001),
        "FLAG_EMP_PHONE": ~people.pensioner,
        "FLAG_WORK_PHONE": flag(0.2) & ~people.pensioner,
        "FLAG_CONT_MOBILE": flag(0.998),
        "FLAG_PHONE": flag(chance(-0.95 + 0.15 * traits.stability)),
        "FLAG_EMAIL": flag(0.06),
        "OCCUPATION_TYPE": named(occupation, list(_OCCUPATIONS)),
        "CNT_FAM_MEMBERS": people.children + 1 + couple,
        "REGION_RATING_CLIENT": rating,
        "REGION_RATING_CLIENT_W_CITY": np.where(flag(0.00003), -1, rating_with_city),
        "WEEKDAY_APPR_PROCESS_START": drawn(_WEEKDAYS),
        "HOUR_APPR_PROCESS_START": np.clip(np.round(12 + 3.3 * rng.standard_normal(count)), 0, 23),
        "ORGANIZATION_TYPE": named(organisation, (*_ORGANISATIONS, "XNA")),
        "DAYS_LAST_PHONE_CHANGE": np.where(
            flag(0.12), 0.0, -np.floor(np.minimum(rng.gamma(1.35, 800 * np.exp(0.12 * traits.stability), count), 4_300))
        ),
    }
    cells |= _addresses(rng, traits, people)
    cells |= _external_scores(rng, traits, people)
    cells |= building(rng, traits)
    cells |= _social_circle(rng, traits)
    for document in range(2, 22):
        cells[f"FLAG_DOCUMENT_{document}"] = flag(_DOCUMENTS.get(document, _RARE_DOCUMENT))
    unasked = flag(np.where(people.in_bureau, 0.06, 0.58))
    for window, rate in _ENQUIRIES.items():
        asked = rng.poisson(rate * np.exp(0.25 * traits.indebtedness - 0.03))
        cells[f"AMT_REQ_CREDIT_BUREAU_{window}"] = unless(unasked, asked)
    return assemble(APPLICATION, cells)


def _addresses(rng: np.random.Generator, traits: Traits, people: People) -> dict[str, Bools]:
    """Whether registered, contact and work address differ; who does not work has no work address to differ."""
    count = len(traits)
    unsettled = np.exp(-0.25 * traits.stability)
    live_city, work_city = rng.random((2, count)) < np.array([[0.075], [0.205]]) * unsettled
    live_region, work_region = rng.random((2, count)) < np.array([[0.2], [0.2]])
    work_city &= ~people.pensioner
    return {
        "REG_REGION_NOT_LIVE_REGION": live_city & live_region,
        "REG_REGION_NOT_WORK_REGION": work_city & work_region,
        "LIVE_REGION_NOT_WORK_REGION": work_city & work_region & ~live_city,
        "REG_CITY_NOT_LIVE_CITY": live_city,
        "REG_CITY_NOT_WORK_CITY": work_city,
        "LIVE_CITY_NOT_WORK_CITY": work_city & ~live_city,
    }


def _external_scores(rng: np.random.Generator, traits: Traits, people: People) -> dict[str, Floats]:
    """Three agencies that each see a part of the client: person, everything dimly, credits elsewhere."""
    count = len(traits)
    noise = rng.standard_normal((3, count))
    person = 0.35 * traits.ability + 0.45 * traits.stability + 0.8 * noise[0]
    everything = 0.42 * traits.standing + 0.907 * noise[1]
    credits = 0.22 * traits.punctuality - 0.32 * traits.indebtedness + 0.9 * noise[2]
    absent = rng.random((3, count))
    second = np.interp(rank(everything), _SCORE_RANKS, (0.0, 0.03, 0.39, 0.566, 0.664, 0.784, 0.86))
    third = np.interp(rank(credits), _SCORE_RANKS, (0.0, 0.07, 0.37, 0.535, 0.669, 0.83, 0.9))
    return {
        "EXT_SOURCE_1": unless(absent[0] < 0.56, np.round(chance(1.05 * person), 8)),
        "EXT_SOURCE_2": unless(absent[1] < 0.002, np.round(second, 8)),
        "EXT_SOURCE_3": unless(absent[2] < np.where(people.in_bureau, 0.1, 0.8), np.round(third, 8)),
    }


def _social_circle(rng: np.random.Generator, traits: Traits) -> dict[str, Floats]:
    count = len(traits)
    unknown = rng.random(count) < 0.003
    seen = rng.poisson(rng.gamma(0.45, 1.42 / 0.45, count))
    late = rng.binomial(seen, 0.1 * np.exp(-0.1 * traits.ability).clip(0.5, 2))
    later = rng.binomial(late, 0.7)
    return {
        "OBS_30_CNT_SOCIAL_CIRCLE": unless(unknown, seen),
        "DEF_30_CNT_SOCIAL_CIRCLE": unless(unknown, late),
        "OBS_60_CNT_SOCIAL_CIRCLE": unless(unknown, np.maximum(seen - (rng.random(count) < 0.02), later)),
        "DEF_60_CNT_SOCIAL_CIRCLE": unless(unknown, later),
    }
