"""The application: what the client asks for, says of themselves, and what is known on the day; one row a client.

Gender and family status, and the columns that tell them, are protected. NAME_INCOME_TYPE tells them too, through one
of its values: a feature that reads it must not let "Maternity leave" through.
"""

from dataclasses import replace

from polars import col

from credit_scoring.schema.column import Column, Kind
from credit_scoring.schema.identity import CLIENT_ID
from credit_scoring.schema.outcomes import TARGET
from credit_scoring.schema.table import CLIENT, Rule, Table
from credit_scoring.schema.units import (
    CENTURY,
    COUNT,
    CURRENCY,
    DAYS_FROM_APPLICATION,
    FLAG,
    LARGEST_AMOUNT,
    MOST,
    NORMALISED,
    YEARS,
)
from credit_scoring.schema.vocabularies import COMPANIONS, ORGANISATIONS, WEEKDAYS

NO_EMPLOYMENT = 365243
"""DAYS_EMPLOYED of those who have no employment: pensioners, and the few who are out of work."""


def _flag(name: str, meaning: str) -> Column:
    return Column(name, Kind.WHOLE, meaning, low=0, high=1, unit=FLAG)


def _amount(name: str, meaning: str, low: float = 0, required: bool = False) -> Column:
    return Column(name, Kind.NUMBER, meaning, required=required, low=low, high=LARGEST_AMOUNT, unit=CURRENCY)


def _days(name: str, meaning: str) -> Column:
    return Column(name, Kind.WHOLE, meaning, low=-CENTURY, high=0, unit=DAYS_FROM_APPLICATION)


def _normalised(name: str, meaning: str) -> Column:
    return Column(name, Kind.NUMBER, meaning, low=0, high=1, unit=NORMALISED)


_LOAN = (
    Column("NAME_CONTRACT_TYPE", Kind.CATEGORY, "Kind of loan asked for", vocabulary=("Cash loans", "Revolving loans")),
    Column(
        "CODE_GENDER",
        Kind.CATEGORY,
        "Gender of the client",
        vocabulary=("F", "M"),
        sentinels={"XNA": "unknown"},
        protected=True,
    ),
    Column("FLAG_OWN_CAR", Kind.CATEGORY, "Whether the client owns a car", vocabulary=("N", "Y")),
    Column("FLAG_OWN_REALTY", Kind.CATEGORY, "Whether the client owns a house or flat", vocabulary=("N", "Y")),
    Column("CNT_CHILDREN", Kind.WHOLE, "Number of children of the client", low=0, high=30, unit=COUNT),
    _amount("AMT_INCOME_TOTAL", "Income of the client", low=1, required=True),
    _amount("AMT_CREDIT", "Amount of the loan asked for", low=1, required=True),
    _amount("AMT_ANNUITY", "Instalment of the loan asked for"),
    _amount("AMT_GOODS_PRICE", "Price of the goods that the loan is to pay"),
)

_PERSON = (
    Column(
        "NAME_TYPE_SUITE",
        Kind.CATEGORY,
        "Who came with the client to apply",
        vocabulary=COMPANIONS,
        protected=True,
    ),
    Column(
        "NAME_INCOME_TYPE",
        Kind.CATEGORY,
        "Where the client's income comes from",
        vocabulary=(  # from no work to the steadiest; "Maternity leave" is as good as protected, see above
            "Unemployed",
            "Maternity leave",
            "Student",
            "Working",
            "Commercial associate",
            "State servant",
            "Pensioner",
            "Businessman",
        ),
    ),
    Column(
        "NAME_EDUCATION_TYPE",
        Kind.CATEGORY,
        "Highest education that the client completed",
        vocabulary=(
            "Lower secondary",
            "Secondary / secondary special",
            "Incomplete higher",
            "Higher education",
            "Academic degree",
        ),
    ),
    Column(
        "NAME_FAMILY_STATUS",
        Kind.CATEGORY,
        "Family status of the client",
        vocabulary=("Single / not married", "Civil marriage", "Married", "Separated", "Widow"),
        sentinels={"Unknown": "unknown"},
        protected=True,
    ),
    Column(
        "NAME_HOUSING_TYPE",
        Kind.CATEGORY,
        "How the client is housed",
        vocabulary=(  # from the least to the most settled
            "With parents",
            "Rented apartment",
            "Municipal apartment",
            "Office apartment",
            "Co-op apartment",
            "House / apartment",
        ),
    ),
    _normalised("REGION_POPULATION_RELATIVE", "Population of the client's region, normalised (higher: more populated)"),
    Column(
        "DAYS_BIRTH",
        Kind.WHOLE,
        "Birth of the client",
        required=True,
        low=-CENTURY,
        high=-6_570,  # 18 years: nobody younger may sign a loan
        unit=DAYS_FROM_APPLICATION,
    ),
    replace(
        _days("DAYS_EMPLOYED", "Start of the client's present employment"),
        sentinels={NO_EMPLOYMENT: "no employment: pensioner or out of work"},
    ),
    _days("DAYS_REGISTRATION", "Last change of the client's registration"),
    _days("DAYS_ID_PUBLISH", "Last change of the identity document used to apply"),
    Column("OWN_CAR_AGE", Kind.WHOLE, "Age of the client's car", low=0, high=120, unit=YEARS),
    _flag("FLAG_MOBIL", "Whether the client gave a mobile phone number"),
    _flag("FLAG_EMP_PHONE", "Whether the client gave an employer's phone number"),
    _flag("FLAG_WORK_PHONE", "Whether the client gave a phone number at work"),
    _flag("FLAG_CONT_MOBILE", "Whether the mobile phone could be reached"),
    _flag("FLAG_PHONE", "Whether the client gave a home phone number"),
    _flag("FLAG_EMAIL", "Whether the client gave an e-mail address"),
    Column(
        "OCCUPATION_TYPE",
        Kind.CATEGORY,
        "Occupation of the client",
        vocabulary=(  # by the training that the occupation asks for, least first
            "Low-skill Laborers",
            "Cleaning staff",
            "Waiters/barmen staff",
            "Laborers",
            "Drivers",
            "Security staff",
            "Cooking staff",
            "Sales staff",
            "Private service staff",
            "Realty agents",
            "Secretaries",
            "Core staff",
            "HR staff",
            "Medicine staff",
            "High skill tech staff",
            "IT staff",
            "Managers",
            "Accountants",
        ),
    ),
    Column(
        "CNT_FAM_MEMBERS",
        Kind.WHOLE,
        "Number of family members, the client included",
        low=1,
        high=40,
        unit=COUNT,
        protected=True,
    ),
)

_PLACE = (
    Column("REGION_RATING_CLIENT", Kind.WHOLE, "The lender's rating of the client's region (1 best)", low=1, high=3),
    Column(
        "REGION_RATING_CLIENT_W_CITY",
        Kind.WHOLE,
        "The lender's rating of the client's region, with the city taken into account (1 best)",
        low=1,
        high=3,
        sentinels={-1: "not rated"},
    ),
    Column("WEEKDAY_APPR_PROCESS_START", Kind.CATEGORY, "Day of the week of the application", vocabulary=WEEKDAYS),
    Column("HOUR_APPR_PROCESS_START", Kind.WHOLE, "Hour of the application", low=0, high=23, unit="hour of the day"),
    _flag("REG_REGION_NOT_LIVE_REGION", "Whether the registered and the contact address are in different regions"),
    _flag("REG_REGION_NOT_WORK_REGION", "Whether the registered and the work address are in different regions"),
    _flag("LIVE_REGION_NOT_WORK_REGION", "Whether the contact and the work address are in different regions"),
    _flag("REG_CITY_NOT_LIVE_CITY", "Whether the registered and the contact address are in different cities"),
    _flag("REG_CITY_NOT_WORK_CITY", "Whether the registered and the work address are in different cities"),
    _flag("LIVE_CITY_NOT_WORK_CITY", "Whether the contact and the work address are in different cities"),
    Column(
        "ORGANIZATION_TYPE",
        Kind.CATEGORY,
        "Kind of organisation that the client works for",
        vocabulary=ORGANISATIONS,
        sentinels={"XNA": "no employer: pensioner or out of work"},
    ),
)

_EXTERNAL_SCORES = tuple(
    _normalised(f"EXT_SOURCE_{number}", f"Score of external agency {number} (higher: safer)") for number in (1, 2, 3)
)

_BUILDING_PARTS = {
    "APARTMENTS": "size of the apartments",
    "BASEMENTAREA": "area of the basement",
    "YEARS_BEGINEXPLUATATION": "years since the building came into use",
    "YEARS_BUILD": "years since the building was built",
    "COMMONAREA": "common area",
    "ELEVATORS": "number of elevators",
    "ENTRANCES": "number of entrances",
    "FLOORSMAX": "highest number of floors",
    "FLOORSMIN": "lowest number of floors",
    "LANDAREA": "area of the land",
    "LIVINGAPARTMENTS": "size of the apartments lived in",
    "LIVINGAREA": "area lived in",
    "NONLIVINGAPARTMENTS": "size of the apartments not lived in",
    "NONLIVINGAREA": "area not lived in",
}
_STATISTICS = {"AVG": "average", "MODE": "most frequent value", "MEDI": "median"}

_BUILDING = (
    *(
        _normalised(f"{part}_{suffix}", f"Building where the client lives: {what}, {statistic}")
        for suffix, statistic in _STATISTICS.items()
        for part, what in _BUILDING_PARTS.items()
    ),
    Column(
        "FONDKAPREMONT_MODE",
        Kind.CATEGORY,
        "Building where the client lives: how its renovation fund is held",
        vocabulary=("not specified", "reg oper account", "reg oper spec account", "org spec account"),
    ),
    Column(
        "HOUSETYPE_MODE",
        Kind.CATEGORY,
        "Building where the client lives: type of house",
        vocabulary=("specific housing", "terraced house", "block of flats"),
    ),
    _normalised("TOTALAREA_MODE", "Building where the client lives: total area, most frequent value"),
    Column(
        "WALLSMATERIAL_MODE",
        Kind.CATEGORY,
        "Building where the client lives: material of the walls",
        vocabulary=("Wooden", "Others", "Mixed", "Block", "Stone, brick", "Panel", "Monolithic"),
    ),
    Column(
        "EMERGENCYSTATE_MODE",
        Kind.CATEGORY,
        "Building where the client lives: whether it is declared unsafe",
        vocabulary=("No", "Yes"),
    ),
)

_SOCIAL_CIRCLE = tuple(
    Column(
        f"{prefix}_{days}_CNT_SOCIAL_CIRCLE",
        Kind.WHOLE,
        f"People around the client {what} {days} days past due",
        low=0,
        high=MOST,
        unit=COUNT,
        protected=True,
    )
    for days in (30, 60)
    for prefix, what in (("OBS", "whose loans could be observed for"), ("DEF", "who defaulted by"))
)

_ENQUIRY_WINDOWS = {
    "HOUR": "in the hour before the application",
    "DAY": "in the day before the application, its last hour excluded",
    "WEEK": "in the week before the application, its last day excluded",
    "MON": "in the month before the application, its last week excluded",
    "QRT": "in the three months before the application, the last month excluded",
    "YEAR": "in the year before the application, the last three months excluded",
}

APPLICATION = Table(
    name="application",
    meaning="The loan that a client asks for and what is known of the client on that day; one row a client",
    title="the application",
    title_fr="la demande",
    columns=(
        CLIENT_ID,
        replace(TARGET, required=False, optional_column=True),
        *_LOAN,
        *_PERSON,
        *_PLACE,
        *_EXTERNAL_SCORES,
        *_BUILDING,
        *_SOCIAL_CIRCLE,
        _days("DAYS_LAST_PHONE_CHANGE", "Last change of the client's phone"),
        *(_flag(f"FLAG_DOCUMENT_{n}", f"Whether the client handed in document {n}") for n in range(2, 22)),
        *(
            Column(
                f"AMT_REQ_CREDIT_BUREAU_{window}",
                Kind.WHOLE,
                f"Enquiries about the client at the credit bureau {when}",
                low=0,
                high=MOST,
                unit=COUNT,
            )
            for window, when in _ENQUIRY_WINDOWS.items()
        ),
    ),
    key=(CLIENT,),
    rules=(
        Rule(
            "employed_before_birth",
            "the client cannot have been employed before being born",
            "le client ne peut avoir été employé avant sa naissance",
            ("DAYS_EMPLOYED", "DAYS_BIRTH"),
            col("DAYS_EMPLOYED") < col("DAYS_BIRTH"),
        ),
        Rule(
            "registered_before_birth",
            "the client cannot have been registered before being born",
            "le client ne peut avoir été inscrit avant sa naissance",
            ("DAYS_REGISTRATION", "DAYS_BIRTH"),
            col("DAYS_REGISTRATION") < col("DAYS_BIRTH"),
        ),
        Rule(
            "document_before_birth",
            "the client cannot have an identity document from before being born",
            "le client ne peut avoir une pièce d'identité antérieure à sa naissance",
            ("DAYS_ID_PUBLISH", "DAYS_BIRTH"),
            col("DAYS_ID_PUBLISH") < col("DAYS_BIRTH"),
        ),
    ),
)
