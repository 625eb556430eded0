"""What can be said of the application's particulars: building, region, addresses, contacts, documents, enquiries."""

from __future__ import annotations

import polars as pl

from credit_scoring.features.application_details import BUILDING, DISAGREEMENTS, DOCUMENTS, ENQUIRIES
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

_FLAGS = [column.lower() for column in DISAGREEMENTS]
_ENQUIRIES = {f"enquiries_{w.lower()}": f"AMT_REQ_CREDIT_BUREAU_{w}" for w in ENQUIRIES}
_PARTICULARS = [f"building_{column.rsplit('_', 1)[0].lower()}" for column in BUILDING]

ABSENCES: dict[Reason, Absence] = {
    Reason.BUILDING: none_of([*_PARTICULARS, "building_walls"], [*BUILDING, "WALLSMATERIAL_MODE"]),
    Reason.REGION: none_of(
        ["region_rating", "region_rating_with_city", "region_population"],
        ["REGION_RATING_CLIENT", "REGION_RATING_CLIENT_W_CITY", "REGION_POPULATION_RELATIVE"],
    ),
    Reason.ADDRESSES: none_of(_FLAGS, list(DISAGREEMENTS)),
    Reason.CONTACT_DETAILS: none_of(
        ["home_phone", "work_phone", "email", "phone_age"],
        ["FLAG_PHONE", "FLAG_WORK_PHONE", "FLAG_EMAIL", "DAYS_LAST_PHONE_CHANGE"],
    ),
    Reason.DOCUMENTS: Absence(
        pl.col("documents").is_null(), of_application(~pl.all_horizontal([stated(column) for column in DOCUMENTS]))
    ),
    Reason.ENQUIRIES: none_of(list(_ENQUIRIES), list(_ENQUIRIES.values())),
}

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    Reason.BUILDING: (
        either(
            "INCOMPLETE",
            "Description of the building of residence incomplete",
            "Description de l'immeuble de résidence incomplète",
            (pl.col("building_unknown") > 0)
            & pl.any_horizontal(pl.col([*_PARTICULARS, "building_walls"]).is_not_null()),
            of_application(pl.any_horizontal([pl.col(column).is_null() for column in BUILDING])),
        ),
    ),
    Reason.REGION: (
        against(
            "LOWEST",
            "Region of residence in the lowest class of the lender's rating",
            "Région de résidence dans la classe la plus basse de la notation du prêteur",
            pl.col("region_rating_with_city") > 2,
            of_application(pl.col("REGION_RATING_CLIENT_W_CITY") == 3),
        ),
    ),
    Reason.ADDRESSES: (
        against(
            "DIFFER",
            "Permanent, contact and work addresses not all in the same city or region",
            "Adresses permanente, de contact et de travail dans des villes ou régions différentes",
            pl.any_horizontal(pl.col(_FLAGS) == 1),
            of_application(pl.any_horizontal([pl.col(column) == 1 for column in DISAGREEMENTS])),
        ),
        in_favour(
            "AGREE",
            "Permanent, contact and work addresses in the same city and region",
            "Adresses permanente, de contact et de travail dans la même ville et région",
            pl.col("address_disagreements") == 0,
            of_application(pl.all_horizontal([pl.col(column) == 0 for column in DISAGREEMENTS])),
        ),
    ),
    Reason.CONTACT_DETAILS: (
        against(
            "NEW_PHONE",
            "Telephone changed less than a year ago",
            "Téléphone changé il y a moins d'un an",
            pl.col("phone_age") < 1,
            of_application(pl.col("DAYS_LAST_PHONE_CHANGE") > -YEAR),
        ),
        against(
            "NO_HOME_PHONE",
            "No home telephone number given",
            "Aucun numéro de téléphone du domicile fourni",
            pl.col("home_phone") == 0,
            of_application(pl.col("FLAG_PHONE") == 0),
        ),
    ),
    Reason.DOCUMENTS: (
        against(
            "NONE",
            "No documents provided with the application",
            "Aucun document fourni avec la demande",
            pl.col("documents") == 0,
            of_application(pl.all_horizontal([pl.col(column) == 0 for column in DOCUMENTS])),
        ),
    ),
    Reason.ENQUIRIES: (
        against(
            "MADE",
            "Enquiries at the credit bureau in the year before the application",
            "Consultations du bureau de crédit dans l'année précédant la demande",
            pl.any_horizontal(pl.col(list(_ENQUIRIES)) > 0),
            of_application(pl.any_horizontal([pl.col(column) > 0 for column in _ENQUIRIES.values()])),
        ),
        in_favour(
            "NONE",
            "No enquiries at the credit bureau in the year before the application, its last day left out",
            "Aucune consultation du bureau de crédit dans l'année précédant la demande, dernier jour exclu",
            pl.col("enquiries") == 0,
            of_application(pl.all_horizontal([pl.col(column) == 0 for column in _ENQUIRIES.values()])),
        ),
    ),
}
