"""The particulars of the application: region, addresses, building, contacts, documents and enquiries."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.application import AGE, code, feature, raw, years_since
from credit_scoring.features.feature import Feature, Risk
from credit_scoring.features.reasons import Reason
from credit_scoring.features.value import Unit, Value, total
from credit_scoring.features.words import Words
from credit_scoring.schema.application import APPLICATION

PHONE_AGE = years_since("DAYS_LAST_PHONE_CHANGE")

DISAGREEMENTS = {
    "REG_REGION_NOT_LIVE_REGION": Words(
        "Registered and contact address in different regions",
        "Adresses d'inscription et de contact dans des régions différentes",
    ),
    "REG_REGION_NOT_WORK_REGION": Words(
        "Registered and work address in different regions",
        "Adresses d'inscription et de travail dans des régions différentes",
    ),
    "REG_CITY_NOT_LIVE_CITY": Words(
        "Registered and contact address in different cities",
        "Adresses d'inscription et de contact dans des villes différentes",
    ),
    "REG_CITY_NOT_WORK_CITY": Words(
        "Registered and work address in different cities",
        "Adresses d'inscription et de travail dans des villes différentes",
    ),
    "LIVE_CITY_NOT_WORK_CITY": Words(
        "Contact and work address in different cities", "Adresses de contact et de travail dans des villes différentes"
    ),
}

CONTACTS = {
    "FLAG_PHONE": ("home_phone", Words("Home telephone number given", "Numéro de téléphone du domicile fourni")),
    "FLAG_WORK_PHONE": ("work_phone", Words("Telephone number at work given", "Numéro de téléphone du travail fourni")),
    "FLAG_EMAIL": ("email", Words("E-mail address given", "Adresse électronique fournie")),
}

DOCUMENTS = tuple(column.name for column in APPLICATION.columns if column.name.startswith("FLAG_DOCUMENT_"))
TELLING_DOCUMENTS = (3, 6, 8, 13, 14, 16, 18)
"""Documents that enough clients hand in, or leave out, to be told apart."""

ENQUIRIES = {
    "WEEK": Words(
        "in the week before the application, its last day left out",
        "dans la semaine précédant la demande, dernier jour exclu",
    ),
    "MON": Words(
        "in the month before the application, its last week left out",
        "dans le mois précédant la demande, dernière semaine exclue",
    ),
    "QRT": Words(
        "in the quarter before the application, its last month left out",
        "dans le trimestre précédant la demande, dernier mois exclu",
    ),
    "YEAR": Words(
        "in the year before the application, its last quarter left out",
        "dans l'année précédant la demande, dernier trimestre exclu",
    ),
}

BUILDING = {
    "APARTMENTS_AVG": Words("Size of the apartments", "Taille des appartements"),
    "BASEMENTAREA_AVG": Words("Area of the basement", "Surface du sous-sol"),
    "YEARS_BEGINEXPLUATATION_AVG": Words(
        "Time since the building came into use", "Temps écoulé depuis la mise en service"
    ),
    "YEARS_BUILD_AVG": Words("Age of the building", "Âge"),
    "COMMONAREA_AVG": Words("Common area", "Surface commune"),
    "ELEVATORS_AVG": Words("Number of elevators", "Nombre d'ascenseurs"),
    "ENTRANCES_AVG": Words("Number of entrances", "Nombre d'entrées"),
    "FLOORSMAX_AVG": Words("Number of floors", "Nombre d'étages"),
    "LANDAREA_AVG": Words("Area of the land", "Surface du terrain"),
    "LIVINGAREA_AVG": Words("Area lived in", "Surface habitée"),
    "NONLIVINGAREA_AVG": Words("Area not lived in", "Surface non habitée"),
    "TOTALAREA_MODE": Words("Total area", "Surface totale"),
}

_place = (
    feature(
        "region_rating",
        raw("REGION_RATING_CLIENT"),
        Words("Lender's rating of the region (1 best)", "Notation de la région par le prêteur (1 la meilleure)"),
        Unit.LENDER,
        Risk.RISES,
        Reason.REGION,
    ),
    feature(
        "region_rating_with_city",
        raw("REGION_RATING_CLIENT_W_CITY"),
        Words(
            "Lender's rating of the region, the city taken into account (1 best)",
            "Notation de la région par le prêteur, ville prise en compte (1 la meilleure)",
        ),
        Unit.LENDER,
        Risk.RISES,
        Reason.REGION,
    ),
    feature(
        "region_population",
        raw("REGION_POPULATION_RELATIVE"),
        Words("Population of the region, normalised", "Population de la région, normalisée"),
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
        Words(
            "Number of pairs among registered, contact and work address that disagree",
            "Nombre de paires d'adresses (inscription, contact, travail) qui diffèrent",
        ),
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
        Words("Time since the telephone changed", "Temps écoulé depuis le changement de téléphone"),
        Unit.YEARS,
        Risk.UNKNOWN,
        Reason.CONTACT_DETAILS,
    ),
    feature(
        "phone_age_to_age",
        PHONE_AGE / AGE,
        Words(
            "Time since the telephone changed as a share of the life",
            "Temps écoulé depuis le changement de téléphone en part de la vie",
        ),
        Unit.SHARE,
        Risk.UNKNOWN,
        Reason.CONTACT_DETAILS,
    ),
)

_documents = (
    feature(
        "documents",
        total(*(raw(column) for column in DOCUMENTS)),
        Words("Number of documents handed in", "Nombre de documents fournis"),
        Unit.COUNT,
        Risk.UNKNOWN,
        Reason.DOCUMENTS,
    ),
    *(
        feature(
            f"document_{number}",
            raw(f"FLAG_DOCUMENT_{number}"),
            Words(f"Document {number} handed in", f"Document {number} fourni"),
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
            Words(f"Enquiries at the credit bureau {when.en}", f"Consultations du bureau de crédit {when.fr}"),
            Unit.COUNT,
            Risk.UNKNOWN,
            Reason.ENQUIRIES,
        )
        for window, when in ENQUIRIES.items()
    ),
    feature(
        "enquiries",
        total(*(raw(f"AMT_REQ_CREDIT_BUREAU_{window}") for window in ENQUIRIES)),
        Words(
            "Enquiries at the credit bureau in the year before the application, its last day left out",
            "Consultations du bureau de crédit dans l'année précédant la demande, dernier jour exclu",
        ),
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
            Words(
                f"{meaning.en} of the building of residence, normalised",
                f"{meaning.fr} de l'immeuble de résidence, valeur normalisée",
            ),
            Unit.LENDER,
            Risk.UNKNOWN,
            Reason.BUILDING,
        )
        for column, meaning in BUILDING.items()
    ),
    feature(
        "building_walls",
        code("WALLSMATERIAL_MODE"),
        Words("Material of the walls of the building of residence", "Matériau des murs de l'immeuble de résidence"),
        Unit.CODE,
        Risk.UNKNOWN,
        Reason.BUILDING,
    ),
    feature(
        "building_unknown",
        total(*(Value(unknown) for unknown in _described)),
        Words(
            f"Number of particulars of the building of residence that are missing, of {len(BUILDING)}",
            f"Nombre de données sur l'immeuble de résidence qui manquent, sur {len(BUILDING)}",
        ),
        Unit.COUNT,
        Risk.UNKNOWN,
        Reason.BUILDING,
    ),
)

FEATURES: tuple[Feature, ...] = (*_place, *_addresses, *_contacts, *_documents, *_enquiries, *_building)
