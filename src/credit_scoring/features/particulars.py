"""The particulars of the application: region, addresses, building, contacts, documents and enquiries."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.application import AGE, code, feature, raw, years_since
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit, Value, total
from credit_scoring.schema.application import APPLICATION

PHONE_AGE = years_since("DAYS_LAST_PHONE_CHANGE")

DISAGREEMENTS = {
    "REG_REGION_NOT_LIVE_REGION": "Registered and contact address in different regions",
    "REG_REGION_NOT_WORK_REGION": "Registered and work address in different regions",
    "REG_CITY_NOT_LIVE_CITY": "Registered and contact address in different cities",
    "REG_CITY_NOT_WORK_CITY": "Registered and work address in different cities",
    "LIVE_CITY_NOT_WORK_CITY": "Contact and work address in different cities",
}

CONTACTS = {
    "FLAG_PHONE": ("home_phone", "Home telephone number given"),
    "FLAG_WORK_PHONE": ("work_phone", "Telephone number at work given"),
    "FLAG_EMAIL": ("email", "E-mail address given"),
}

DOCUMENTS = tuple(column.name for column in APPLICATION.columns if column.name.startswith("FLAG_DOCUMENT_"))
TELLING_DOCUMENTS = (3, 6, 8, 13, 14, 16, 18)
"""Documents that enough clients hand in, or leave out, to be told apart."""

ENQUIRIES = {
    "WEEK": "in the week before the application, its last day left out",
    "MON": "in the month before the application, its last week left out",
    "QRT": "in the quarter before the application, its last month left out",
    "YEAR": "in the year before the application, its last quarter left out",
}

BUILDING = {
    "APARTMENTS_AVG": "Size of the apartments",
    "BASEMENTAREA_AVG": "Area of the basement",
    "YEARS_BEGINEXPLUATATION_AVG": "Time since the building came into use",
    "YEARS_BUILD_AVG": "Age of the building",
    "COMMONAREA_AVG": "Common area",
    "ELEVATORS_AVG": "Number of elevators",
    "ENTRANCES_AVG": "Number of entrances",
    "FLOORSMAX_AVG": "Number of floors",
    "LANDAREA_AVG": "Area of the land",
    "LIVINGAREA_AVG": "Area lived in",
    "NONLIVINGAREA_AVG": "Area not lived in",
    "TOTALAREA_MODE": "Total area",
}

_place = (
    feature(
        "region_rating",
        raw("REGION_RATING_CLIENT"),
        "Lender's rating of the region (1 best)",
        Unit.LENDER,
        Risk.RISES,
        Reason.REGION,
    ),
    feature(
        "region_rating_with_city",
        raw("REGION_RATING_CLIENT_W_CITY"),
        "Lender's rating of the region, the city taken into account (1 best)",
        Unit.LENDER,
        Risk.RISES,
        Reason.REGION,
    ),
    feature(
        "region_population",
        raw("REGION_POPULATION_RELATIVE"),
        "Population of the region, normalised",
        Unit.LENDER,
        Risk.UNKNOWN,
        Reason.REGION,
    ),
)

_addresses = (
    *(
        feature(column.lower(), raw(column), meaning, Unit.FLAG, Risk.RISES, Reason.ADDRESSES)
        for column, meaning in DISAGREEMENTS.items()
    ),
    feature(
        "address_disagreements",
        total(*(raw(column) for column in DISAGREEMENTS)),
        "Number of pairs among registered, contact and work address that disagree",
        Unit.COUNT,
        Risk.RISES,
        Reason.ADDRESSES,
    ),
)

_contacts = (
    *(
        feature(name, raw(column), meaning, Unit.FLAG, Risk.UNKNOWN, Reason.CONTACT_DETAILS)
        for column, (name, meaning) in CONTACTS.items()
    ),
    feature(
        "phone_age",
        PHONE_AGE,
        "Time since the telephone changed",
        Unit.YEARS,
        Risk.UNKNOWN,
        Reason.CONTACT_DETAILS,
    ),
    feature(
        "phone_age_to_age",
        PHONE_AGE / AGE,
        "Time since the telephone changed as a share of the life",
        Unit.SHARE,
        Risk.UNKNOWN,
        Reason.CONTACT_DETAILS,
    ),
)

_documents = (
    feature(
        "documents",
        total(*(raw(column) for column in DOCUMENTS)),
        "Number of documents handed in",
        Unit.COUNT,
        Risk.UNKNOWN,
        Reason.DOCUMENTS,
    ),
    *(
        feature(
            f"document_{number}",
            raw(f"FLAG_DOCUMENT_{number}"),
            f"Document {number} handed in",
            Unit.FLAG,
            Risk.UNKNOWN,
            Reason.DOCUMENTS,
        )
        for number in TELLING_DOCUMENTS
    ),
)

_enquiries = (
    *(
        feature(
            f"enquiries_{window.lower()}",
            raw(f"AMT_REQ_CREDIT_BUREAU_{window}"),
            f"Enquiries at the credit bureau {when}",
            Unit.COUNT,
            Risk.UNKNOWN,
            Reason.ENQUIRIES,
        )
        for window, when in ENQUIRIES.items()
    ),
    feature(
        "enquiries",
        total(*(raw(f"AMT_REQ_CREDIT_BUREAU_{window}") for window in ENQUIRIES)),
        "Enquiries at the credit bureau in the year before the application, its last day left out",
        Unit.COUNT,
        Risk.UNKNOWN,
        Reason.ENQUIRIES,
    ),
)

_described = [pl.col(column).is_null().cast(pl.Float64) for column in BUILDING]

_building = (
    *(
        feature(
            f"building_{column.rsplit('_', 1)[0].lower()}",
            raw(column),
            f"{meaning} of the building of residence, normalised",
            Unit.LENDER,
            Risk.UNKNOWN,
            Reason.BUILDING,
        )
        for column, meaning in BUILDING.items()
    ),
    feature(
        "building_walls",
        code("WALLSMATERIAL_MODE"),
        "Material of the walls of the building of residence",
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.BUILDING,
    ),
    feature(
        "building_unknown",
        total(*(Value(unknown) for unknown in _described)),
        f"Number of particulars of the building of residence that are missing, of {len(BUILDING)}",
        Unit.COUNT,
        Risk.UNKNOWN,
        Reason.BUILDING,
    ),
)

FEATURES: tuple[Feature, ...] = (*_place, *_addresses, *_contacts, *_documents, *_enquiries, *_building)
