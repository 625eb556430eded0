"""What a reason can say that is specific: findings in a client's file, and when there is nothing to judge.

Each stands twice: over feature values, by which it is chosen, and over raw rows, which prove it. A choice is never
wider than its proof: limits are strict, and numbers that float32 holds exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit_scoring.features.evidence import Evidence, no_rows, some
from credit_scoring.features.particulars import BUILDING, DISAGREEMENTS, DOCUMENTS, ENQUIRIES
from credit_scoring.features.reasons import Reason
from credit_scoring.schema.application import APPLICATION
from credit_scoring.schema.bureau import BUREAU
from credit_scoring.schema.bureau_balance import BUREAU_BALANCE
from credit_scoring.schema.credit_card_balance import CREDIT_CARD_BALANCE
from credit_scoring.schema.installments_payments import INSTALLMENTS_PAYMENTS
from credit_scoring.schema.pos_cash_balance import POS_CASH_BALANCE
from credit_scoring.schema.previous_application import PREVIOUS_APPLICATION

YEAR = 365.25
LATE_STATUS = ("1", "2", "3", "4", "5")
AN_INSTALMENT = ("SK_ID_PREV", "NUM_INSTALMENT_VERSION", "NUM_INSTALMENT_NUMBER", "DAYS_INSTALMENT")


class Side(Enum):
    """Under which sign of a reason's points a finding is worth saying."""

    AGAINST = "against"
    FOR = "for"
    EITHER = "either"

    def admits(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where points of these signs let it be said."""
        if self is Side.EITHER:
            return np.ones(points.shape, np.bool_)
        return points < 0 if self is Side.AGAINST else points > 0


@dataclass(frozen=True, eq=False)
class Finding:
    """A specific sentence, the choice over features, and the evidence that makes it true."""

    code: str
    side: Side
    en: str
    fr: str
    chosen: pl.Expr
    evidence: Evidence


@dataclass(frozen=True, eq=False)
class Absence:
    """When a reason has nothing to judge: over features, and in the raw rows."""

    chosen: pl.Expr
    evidence: Evidence


def against(code: str, en: str, fr: str, chosen: pl.Expr, evidence: Evidence) -> Finding:
    """A finding that is said where the reason takes points."""
    return Finding(code, Side.AGAINST, en, fr, chosen, evidence)


def in_favour(code: str, en: str, fr: str, chosen: pl.Expr, evidence: Evidence) -> Finding:
    """A finding that is said where the reason adds points."""
    return Finding(code, Side.FOR, en, fr, chosen, evidence)


def either(code: str, en: str, fr: str, chosen: pl.Expr, evidence: Evidence) -> Finding:
    """A finding that is said whatever the points."""
    return Finding(code, Side.EITHER, en, fr, chosen, evidence)


def _application(holds: pl.Expr) -> Evidence:
    return some(APPLICATION.name, holds)


def _stated(column: str) -> pl.Expr:
    """The cell holds a value: neither missing nor a sentinel, nor a level that the vocabulary does not have."""
    declared, cell = APPLICATION.column(column), pl.col(column)
    if declared.vocabulary:
        return cell.is_in(list(declared.vocabulary)).fill_null(False)
    return (cell.is_not_null() & ~cell.is_in(list(declared.sentinels))).fill_null(False)


def _none_of(features: list[str], columns: list[str]) -> Absence:
    """Every one of these features, and of the raw columns behind them, is missing."""
    return Absence(
        pl.all_horizontal(pl.col(features).is_null()),
        _application(~pl.any_horizontal([_stated(column) for column in columns])),
    )


def _no_history(feature: str, table: str) -> Absence:
    """No row in the table, which shows in a feature that every client with a row has."""
    return Absence(pl.col(feature).is_null(), no_rows(table))


_cash = pl.col("NAME_CONTRACT_TYPE") == "Cash loans"
_priced = _cash & (pl.col("AMT_CREDIT") > 0) & (pl.col("AMT_ANNUITY") > 0)
_AMOUNTS = ["AMT_ANNUITY", "AMT_CREDIT", "AMT_GOODS_PRICE"]
_SCORES = ["EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"]
_AGENCIES = ["agency_score_1", "agency_score_2", "agency_score_3"]
_FLAGS = [column.lower() for column in DISAGREEMENTS]
_ENQUIRIES = {f"enquiries_{w.lower()}": f"AMT_REQ_CREDIT_BUREAU_{w}" for w in ENQUIRIES}
_PARTICULARS = [f"building_{column.rsplit('_', 1)[0].lower()}" for column in BUILDING]
_income = (pl.col("AMT_INCOME_TOTAL") > 0).fill_null(False)

ABSENCES: dict[Reason, Absence] = {
    Reason.AGENCY_SCORE_1: _none_of(_AGENCIES[:1], _SCORES[:1]),
    Reason.AGENCY_SCORE_2: _none_of(_AGENCIES[1:2], _SCORES[1:2]),
    Reason.AGENCY_SCORE_3: _none_of(_AGENCIES[2:], _SCORES[2:]),
    Reason.AGENCY_SCORES_TOGETHER: _none_of(_AGENCIES, _SCORES),
    Reason.AGE: _none_of(["age"], ["DAYS_BIRTH"]),
    Reason.INCOME: _none_of(["income"], ["AMT_INCOME_TOTAL"]),
    Reason.LOAN_BURDEN: Absence(
        pl.all_horizontal(pl.col("annuity_to_income", "credit_to_income", "goods_to_income").is_null()),
        _application(~(_income & pl.any_horizontal([_stated(column) for column in _AMOUNTS]))),
    ),
    Reason.LOAN_AMOUNT: _none_of(
        ["credit", "annuity", "goods_price", "contract_type"], [*_AMOUNTS, "NAME_CONTRACT_TYPE"]
    ),
    Reason.LOAN_TERMS: Absence(pl.col("implied_term").is_null(), _application(~_priced.fill_null(False))),
    Reason.EMPLOYMENT: _none_of(["employment"], ["DAYS_EMPLOYED"]),
    Reason.OCCUPATION: Absence(
        pl.all_horizontal(pl.col("income_type", "occupation", "organisation").is_null()),
        _application(
            ~(
                _stated("NAME_INCOME_TYPE")
                | (pl.col("NAME_INCOME_TYPE") == "Maternity leave").fill_null(False)
                | _stated("OCCUPATION_TYPE")
                | _stated("ORGANIZATION_TYPE")
            )
        ),
    ),
    Reason.EDUCATION: _none_of(["education"], ["NAME_EDUCATION_TYPE"]),
    Reason.HOUSEHOLD: _none_of(["children"], ["CNT_CHILDREN"]),
    Reason.HOUSING: _none_of(["housing", "owns_home"], ["NAME_HOUSING_TYPE", "FLAG_OWN_REALTY"]),
    Reason.BUILDING: _none_of([*_PARTICULARS, "building_walls"], [*BUILDING, "WALLSMATERIAL_MODE"]),
    Reason.CAR: _none_of(["owns_car", "car_age"], ["FLAG_OWN_CAR", "OWN_CAR_AGE"]),
    Reason.REGION: _none_of(
        ["region_rating", "region_rating_with_city", "region_population"],
        ["REGION_RATING_CLIENT", "REGION_RATING_CLIENT_W_CITY", "REGION_POPULATION_RELATIVE"],
    ),
    Reason.ADDRESSES: _none_of(_FLAGS, list(DISAGREEMENTS)),
    Reason.REGISTRATION: _none_of(
        ["registration_age", "identity_document_age"], ["DAYS_REGISTRATION", "DAYS_ID_PUBLISH"]
    ),
    Reason.CONTACT_DETAILS: _none_of(
        ["home_phone", "work_phone", "email", "phone_age"],
        ["FLAG_PHONE", "FLAG_WORK_PHONE", "FLAG_EMAIL", "DAYS_LAST_PHONE_CHANGE"],
    ),
    Reason.DOCUMENTS: Absence(
        pl.col("documents").is_null(), _application(~pl.all_horizontal([_stated(column) for column in DOCUMENTS]))
    ),
    Reason.ENQUIRIES: _none_of(list(_ENQUIRIES), list(_ENQUIRIES.values())),
    Reason.BUREAU_DEBT: _no_history("bureau_count", BUREAU.name),
    Reason.BUREAU_PUNCTUALITY: _no_history("bureau_count", BUREAU.name),
    Reason.BUREAU_CREDITS: _no_history("bureau_count", BUREAU.name),
    Reason.BUREAU_AGE: _no_history("bureau_count", BUREAU.name),
    Reason.EARLIER_DECISIONS: _no_history("previous_count", PREVIOUS_APPLICATION.name),
    Reason.EARLIER_LOANS: _no_history("previous_count", PREVIOUS_APPLICATION.name),
    Reason.EARLIER_DATES: _no_history("previous_count", PREVIOUS_APPLICATION.name),
    Reason.RUNNING_LOANS: _no_history("pos_count", POS_CASH_BALANCE.name),
    Reason.LOAN_PUNCTUALITY: _no_history("pos_count", POS_CASH_BALANCE.name),
    Reason.LATE_PAYMENTS: _no_history("installments_count", INSTALLMENTS_PAYMENTS.name),
    Reason.SHORT_PAYMENTS: _no_history("installments_count", INSTALLMENTS_PAYMENTS.name),
    Reason.CARD_UTILISATION: _no_history("card_count", CREDIT_CARD_BALANCE.name),
    Reason.CARD_DRAWINGS: _no_history("card_count", CREDIT_CARD_BALANCE.name),
    Reason.CARD_PAYMENTS: _no_history("card_count", CREDIT_CARD_BALANCE.name),
}
"""What the absence sentence of every reason stands on."""


def _agency(number: int) -> tuple[Finding, ...]:
    score, cell = pl.col(f"agency_score_{number}"), pl.col(f"EXT_SOURCE_{number}")
    return (
        against(
            "LOW",
            f"Score of credit agency {number} in the lower half of its scale",
            f"Score de l'agence de crédit {number} dans la moitié inférieure de son échelle",
            score < 0.5,
            _application(cell < 0.5),
        ),
        in_favour(
            "HIGH",
            f"Score of credit agency {number} in the upper half of its scale",
            f"Score de l'agence de crédit {number} dans la moitié supérieure de son échelle",
            score > 0.5,
            _application(cell > 0.5),
        ),
    )


_bureau_active = pl.col("CREDIT_ACTIVE") == "Active"
_refused = pl.col("NAME_CONTRACT_STATUS") == "Refused"
_paid_late = pl.when(pl.col("DAYS_ENTRY_PAYMENT").is_null()).then(pl.col("DAYS_INSTALMENT") < 0)
_late_or_overdue = _paid_late.otherwise(pl.col("DAYS_ENTRY_PAYMENT") > pl.col("DAYS_INSTALMENT"))
_short = pl.col("AMT_PAYMENT").sum() < pl.col("AMT_INSTALMENT").max() - 1e-6
_use = pl.when(pl.col("AMT_CREDIT_LIMIT_ACTUAL") > 0).then(pl.col("AMT_BALANCE") / pl.col("AMT_CREDIT_LIMIT_ACTUAL"))
_year_of_months = pl.col("MONTHS_BALANCE") >= -12

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
            _application(pl.min_horizontal(_SCORES) < 0.5),
        ),
        in_favour(
            "ALL_HIGH",
            "All known scores of credit agencies in the upper half of their scale",
            "Tous les scores connus des agences de crédit dans la moitié supérieure de leur échelle",
            pl.col("agency_score_min") > 0.5,
            _application(pl.min_horizontal(_SCORES) > 0.5),
        ),
    ),
    Reason.LOAN_BURDEN: (
        against(
            "ANNUITY",
            "Annuity of the loan above a quarter of the stated income",
            "Annuité du crédit supérieure au quart du revenu déclaré",
            pl.col("annuity_to_income") > 0.25,
            _application(pl.col("AMT_ANNUITY") > 0.25 * pl.col("AMT_INCOME_TOTAL")),
        ),
        against(
            "AMOUNT",
            "Loan above four times the stated yearly income",
            "Crédit supérieur à quatre fois le revenu annuel déclaré",
            pl.col("credit_to_income") > 4,
            _application(pl.col("AMT_CREDIT") > 4 * pl.col("AMT_INCOME_TOTAL")),
        ),
    ),
    Reason.LOAN_AMOUNT: (
        against(
            "ABOVE_GOODS",
            "Loan above the price of the goods to be paid",
            "Crédit supérieur au prix des biens à payer",
            pl.col("credit_above_goods") > 0,
            _application(pl.col("AMT_CREDIT") > pl.col("AMT_GOODS_PRICE")),
        ),
    ),
    Reason.EMPLOYMENT: (
        either(
            "NONE",
            "No present employment: pensioner or out of work",
            "Aucun emploi actuel : retraité ou sans emploi",
            pl.col("without_employment") == 1,
            _application(pl.col("DAYS_EMPLOYED") == 365243),
        ),
        against(
            "SHORT",
            "Present employment of less than two years",
            "Emploi actuel depuis moins de deux ans",
            pl.col("employment") < 2,
            _application(pl.col("DAYS_EMPLOYED").is_between(-2 * YEAR, 0, closed="right")),
        ),
        in_favour(
            "LONG",
            "Present employment of more than five years",
            "Emploi actuel depuis plus de cinq ans",
            pl.col("employment") > 5,
            _application(pl.col("DAYS_EMPLOYED") < -5 * YEAR),
        ),
    ),
    Reason.OCCUPATION: (
        either(
            "UNSTATED",
            "Occupation not stated",
            "Profession non renseignée",
            pl.col("occupation").is_null() & pl.col("income_type").is_not_null(),
            _application(~_stated("OCCUPATION_TYPE")),
        ),
    ),
    Reason.EDUCATION: (
        against(
            "NO_HIGHER",
            "No completed higher education",
            "Pas d'études supérieures achevées",
            pl.col("education") < 3,
            _application(
                pl.col("NAME_EDUCATION_TYPE").is_in(
                    ["Lower secondary", "Secondary / secondary special", "Incomplete higher"]
                )
            ),
        ),
    ),
    Reason.HOUSING: (
        against(
            "NO_PROPERTY",
            "No house or flat owned",
            "Aucune maison ni appartement en propriété",
            pl.col("owns_home") == 0,
            _application(pl.col("FLAG_OWN_REALTY") == "N"),
        ),
    ),
    Reason.BUILDING: (
        either(
            "INCOMPLETE",
            "Description of the building of residence incomplete",
            "Description de l'immeuble de résidence incomplète",
            (pl.col("building_unknown") > 0)
            & pl.any_horizontal(pl.col([*_PARTICULARS, "building_walls"]).is_not_null()),
            _application(pl.any_horizontal([pl.col(column).is_null() for column in BUILDING])),
        ),
    ),
    Reason.CAR: (
        against(
            "NONE",
            "No car owned",
            "Aucune voiture possédée",
            pl.col("owns_car") == 0,
            _application(pl.col("FLAG_OWN_CAR") == "N"),
        ),
        against(
            "OLD",
            "Car more than ten years old",
            "Voiture de plus de dix ans",
            (pl.col("owns_car") == 1) & (pl.col("car_age") > 10),
            _application((pl.col("FLAG_OWN_CAR") == "Y") & (pl.col("OWN_CAR_AGE") > 10)),
        ),
    ),
    Reason.REGION: (
        against(
            "LOWEST",
            "Region of residence in the lowest class of the lender's rating",
            "Région de résidence dans la classe la plus basse de la notation du prêteur",
            pl.col("region_rating_with_city") > 2,
            _application(pl.col("REGION_RATING_CLIENT_W_CITY") == 3),
        ),
    ),
    Reason.ADDRESSES: (
        against(
            "DIFFER",
            "Permanent, contact and work addresses not all in the same city or region",
            "Adresses permanente, de contact et de travail dans des villes ou régions différentes",
            pl.any_horizontal(pl.col(_FLAGS) == 1),
            _application(pl.any_horizontal([pl.col(column) == 1 for column in DISAGREEMENTS])),
        ),
        in_favour(
            "AGREE",
            "Permanent, contact and work addresses in the same city and region",
            "Adresses permanente, de contact et de travail dans la même ville et région",
            pl.col("address_disagreements") == 0,
            _application(pl.all_horizontal([pl.col(column) == 0 for column in DISAGREEMENTS])),
        ),
    ),
    Reason.REGISTRATION: (
        against(
            "NEW_DOCUMENT",
            "Identity document changed less than two years ago",
            "Pièce d'identité changée il y a moins de deux ans",
            pl.col("identity_document_age") < 2,
            _application(pl.col("DAYS_ID_PUBLISH") > -2 * YEAR),
        ),
        against(
            "NEW_REGISTRATION",
            "Registration changed less than two years ago",
            "Inscription changée il y a moins de deux ans",
            pl.col("registration_age") < 2,
            _application(pl.col("DAYS_REGISTRATION") > -2 * YEAR),
        ),
    ),
    Reason.CONTACT_DETAILS: (
        against(
            "NEW_PHONE",
            "Telephone changed less than a year ago",
            "Téléphone changé il y a moins d'un an",
            pl.col("phone_age") < 1,
            _application(pl.col("DAYS_LAST_PHONE_CHANGE") > -YEAR),
        ),
        against(
            "NO_HOME_PHONE",
            "No home telephone number given",
            "Aucun numéro de téléphone du domicile fourni",
            pl.col("home_phone") == 0,
            _application(pl.col("FLAG_PHONE") == 0),
        ),
    ),
    Reason.DOCUMENTS: (
        against(
            "NONE",
            "No documents provided with the application",
            "Aucun document fourni avec la demande",
            pl.col("documents") == 0,
            _application(pl.all_horizontal([pl.col(column) == 0 for column in DOCUMENTS])),
        ),
    ),
    Reason.ENQUIRIES: (
        against(
            "MADE",
            "Enquiries at the credit bureau in the year before the application",
            "Consultations du bureau de crédit dans l'année précédant la demande",
            pl.any_horizontal(pl.col(list(_ENQUIRIES)) > 0),
            _application(pl.any_horizontal([pl.col(column) > 0 for column in _ENQUIRIES.values()])),
        ),
        in_favour(
            "NONE",
            "No enquiries at the credit bureau in the year before the application, its last day left out",
            "Aucune consultation du bureau de crédit dans l'année précédant la demande, dernier jour exclu",
            pl.col("enquiries") == 0,
            _application(pl.all_horizontal([pl.col(column) == 0 for column in _ENQUIRIES.values()])),
        ),
    ),
    Reason.BUREAU_DEBT: (
        against(
            "MOSTLY_OWED",
            "More than half of an active credit at another lender still owed",
            "Plus de la moitié d'un crédit en cours auprès d'un autre prêteur encore due",
            pl.col("bureau_debt_share_active_max") > 0.5,
            some(
                BUREAU.name,
                _bureau_active
                & (pl.col("AMT_CREDIT_SUM") > 0)
                & (pl.col("AMT_CREDIT_SUM_DEBT") > 0.5 * pl.col("AMT_CREDIT_SUM")),
            ),
        ),
        against(
            "OWED",
            "Debt outstanding on active credits at other lenders",
            "Dette restante sur des crédits en cours auprès d'autres prêteurs",
            pl.col("bureau_debt_active_max") > 0,
            some(BUREAU.name, _bureau_active & (pl.col("AMT_CREDIT_SUM_DEBT") > 0)),
        ),
        in_favour(
            "NO_ACTIVE",
            "No active credits at other lenders",
            "Aucun crédit en cours auprès d'autres prêteurs",
            pl.col("bureau_active_count") == 0,
            ~some(BUREAU.name, _bureau_active),
        ),
    ),
    Reason.BUREAU_PUNCTUALITY: (
        against(
            "OVERDUE",
            "A credit at another lender overdue now",
            "Un crédit auprès d'un autre prêteur actuellement en retard",
            pl.col("bureau_overdue_days_max") > 0,
            some(BUREAU.name, pl.col("CREDIT_DAY_OVERDUE") > 0),
        ),
        against(
            "LATE_LAST_YEAR",
            "A credit at another lender past due in the last 12 months",
            "Un crédit auprès d'un autre prêteur en retard au cours des 12 derniers mois",
            pl.col("bureau_months_late_12m_count") > 0,
            some(BUREAU_BALANCE.name, pl.col("STATUS").is_in(LATE_STATUS) & _year_of_months),
        ),
        against(
            "ONCE_LATE",
            "A credit at another lender past due more than 12 months ago",
            "Un crédit auprès d'un autre prêteur en retard il y a plus de 12 mois",
            pl.col("bureau_months_lateness_max") > 0,
            some(BUREAU_BALANCE.name, pl.col("STATUS").is_in(LATE_STATUS) & ~_year_of_months),
        ),
        against(
            "ONCE_OVERDUE",
            "An amount was overdue at another lender",
            "Un montant a été en retard auprès d'un autre prêteur",
            pl.col("bureau_worst_overdue_max") > 0,
            some(BUREAU.name, pl.col("AMT_CREDIT_MAX_OVERDUE") > 0),
        ),
    ),
    Reason.BUREAU_CREDITS: (
        against(
            "NEW",
            "Credits at other lenders applied for in the last 12 months",
            "Crédits demandés auprès d'autres prêteurs au cours des 12 derniers mois",
            pl.col("bureau_taken_12m_count") > 0,
            some(BUREAU.name, pl.col("DAYS_CREDIT") >= -365),
        ),
        against(
            "ACTIVE",
            "Active credits at other lenders",
            "Crédits en cours auprès d'autres prêteurs",
            pl.col("bureau_active_count") > 0,
            some(BUREAU.name, _bureau_active),
        ),
    ),
    Reason.BUREAU_AGE: (
        against(
            "YOUNG",
            "Oldest credit at other lenders less than three years old",
            "Crédit le plus ancien auprès d'autres prêteurs de moins de trois ans",
            pl.col("bureau_age_max") < 3,
            ~some(BUREAU.name, pl.col("DAYS_CREDIT") <= -3 * YEAR),
        ),
        in_favour(
            "OLD",
            "Oldest credit at other lenders more than five years old",
            "Crédit le plus ancien auprès d'autres prêteurs de plus de cinq ans",
            pl.col("bureau_age_max") > 5,
            some(BUREAU.name, pl.col("DAYS_CREDIT") < -5 * YEAR),
        ),
    ),
    Reason.EARLIER_DECISIONS: (
        against(
            "REFUSED_LAST_YEAR",
            "An earlier application to this lender refused in the last 12 months",
            "Une demande antérieure auprès de ce prêteur refusée au cours des 12 derniers mois",
            pl.col("previous_refused_12m_count") > 0,
            some(PREVIOUS_APPLICATION.name, _refused & (pl.col("DAYS_DECISION") >= -365)),
        ),
        against(
            "REFUSED",
            "An earlier application to this lender refused",
            "Une demande antérieure auprès de ce prêteur refusée",
            pl.col("previous_refused_count") > 0,
            some(PREVIOUS_APPLICATION.name, _refused),
        ),
        in_favour(
            "NONE_REFUSED",
            "No earlier application to this lender refused",
            "Aucune demande antérieure auprès de ce prêteur refusée",
            pl.col("previous_refused_count") == 0,
            ~some(PREVIOUS_APPLICATION.name, _refused),
        ),
    ),
    Reason.EARLIER_DATES: (
        against(
            "RECENT",
            "An earlier application to this lender decided in the last 6 months",
            "Une demande antérieure auprès de ce prêteur décidée au cours des 6 derniers mois",
            pl.col("previous_6m_count") > 0,
            some(PREVIOUS_APPLICATION.name, pl.col("DAYS_DECISION") >= -183),
        ),
    ),
    Reason.RUNNING_LOANS: (
        against(
            "RUNNING",
            "A loan of this lender on record in the last two months, not completed",
            "Un crédit de ce prêteur enregistré lors des deux derniers mois, non soldé",
            pl.col("pos_loans_running_count") > 0,
            some(
                POS_CASH_BALANCE.name,
                (pl.col("MONTHS_BALANCE").max() >= -2)
                & ~(pl.col("NAME_CONTRACT_STATUS") == "Completed").fill_null(False).any(),
                each=("SK_ID_PREV",),
            ),
        ),
    ),
    Reason.LOAN_PUNCTUALITY: (
        against(
            "LATE_LAST_YEAR",
            "A loan of this lender past due in the last 12 months",
            "Un crédit de ce prêteur en retard au cours des 12 derniers mois",
            pl.col("pos_days_late_12m_max") > 0,
            some(POS_CASH_BALANCE.name, (pl.col("SK_DPD") > 0) & _year_of_months),
        ),
        against(
            "ONCE_LATE",
            "A loan of this lender past due more than 12 months ago",
            "Un crédit de ce prêteur en retard il y a plus de 12 mois",
            pl.col("pos_days_late_max") > 0,
            some(POS_CASH_BALANCE.name, (pl.col("SK_DPD") > 0) & ~_year_of_months),
        ),
        in_favour(
            "NEVER_LATE",
            "No month on record with a loan of this lender past due",
            "Aucun mois enregistré avec un crédit de ce prêteur en retard",
            pl.col("pos_days_late_max") == 0,
            ~some(POS_CASH_BALANCE.name, pl.col("SK_DPD") > 0),
        ),
    ),
    Reason.LATE_PAYMENTS: (
        against(
            "LAST_YEAR",
            "An instalment of an earlier loan that fell due in the last 12 months paid late or overdue",
            "Une échéance d'un crédit antérieur, due au cours des 12 derniers mois, payée en retard ou impayée",
            pl.col("worst_delay_last_year") > 0,
            some(INSTALLMENTS_PAYMENTS.name, _late_or_overdue & (pl.col("DAYS_INSTALMENT") >= -365)),
        ),
        against(
            "ONCE",
            "An instalment of an earlier loan paid late or overdue",
            "Une échéance d'un crédit antérieur payée en retard ou impayée",
            pl.col("installments_days_late_max") > 0,
            some(INSTALLMENTS_PAYMENTS.name, _late_or_overdue),
        ),
        in_favour(
            "NEVER",
            "No payment of an instalment of an earlier loan came late",
            "Aucun paiement d'échéance d'un crédit antérieur reçu en retard",
            pl.col("installments_days_late_max") == 0,
            ~some(INSTALLMENTS_PAYMENTS.name, pl.col("DAYS_ENTRY_PAYMENT") > pl.col("DAYS_INSTALMENT")),
        ),
    ),
    Reason.SHORT_PAYMENTS: (
        against(
            "LAST_YEAR",
            "An instalment of an earlier loan that fell due in the last 12 months not paid in full",
            "Une échéance d'un crédit antérieur, due au cours des 12 derniers mois, non payée en totalité",
            pl.col("installments_shortfall_12m_sum") > 1,
            some(INSTALLMENTS_PAYMENTS.name, _short & (pl.col("DAYS_INSTALMENT").max() >= -365), each=AN_INSTALMENT),
        ),
        against(
            "ONCE",
            "An instalment of an earlier loan not paid in full",
            "Une échéance d'un crédit antérieur non payée en totalité",
            pl.col("installments_shortfall_sum") > 1,
            some(INSTALLMENTS_PAYMENTS.name, _short, each=AN_INSTALMENT),
        ),
    ),
    Reason.CARD_UTILISATION: (
        against(
            "OVER_LIMIT",
            "Credit card balance above the limit in a month of the last 12",
            "Solde de la carte de crédit au-dessus du plafond lors d'un des 12 derniers mois",
            pl.col("card_utilisation_12m_max") > 1,
            some(CREDIT_CARD_BALANCE.name, (_use > 1) & _year_of_months),
        ),
        against(
            "HIGH",
            "More than half of the credit card limit used in a month of the last 12",
            "Plus de la moitié du plafond de la carte de crédit utilisée lors d'un des 12 derniers mois",
            pl.col("card_utilisation_12m_max") > 0.5,
            some(CREDIT_CARD_BALANCE.name, (_use > 0.5) & _year_of_months),
        ),
        in_favour(
            "LOW",
            "Credit card balance always below half of the limit",
            "Solde de la carte de crédit toujours inférieur à la moitié du plafond",
            pl.col("card_utilisation_max") < 0.5,
            ~some(CREDIT_CARD_BALANCE.name, _use >= 0.5),
        ),
    ),
    Reason.CARD_DRAWINGS: (
        against(
            "CASH",
            "Cash drawn on the credit card in the last 12 months",
            "Espèces retirées avec la carte de crédit au cours des 12 derniers mois",
            pl.col("card_with_cash_12m_share") > 0,
            some(CREDIT_CARD_BALANCE.name, (pl.col("AMT_DRAWINGS_ATM_CURRENT") > 0) & _year_of_months),
        ),
    ),
    Reason.CARD_PAYMENTS: (
        against(
            "LATE_LAST_YEAR",
            "A credit card past due in the last 12 months",
            "Une carte de crédit en retard de paiement au cours des 12 derniers mois",
            pl.col("card_days_late_12m_max") > 0,
            some(CREDIT_CARD_BALANCE.name, (pl.col("SK_DPD") > 0) & _year_of_months),
        ),
        against(
            "BELOW_MINIMUM",
            "Less than the minimum payment paid on the credit card in a month",
            "Paiement inférieur au minimum exigé sur la carte de crédit lors d'un mois",
            pl.col("card_below_minimum_owing_share") > 0,
            some(
                CREDIT_CARD_BALANCE.name,
                pl.col("AMT_PAYMENT_CURRENT").fill_null(0.0) < pl.col("AMT_INST_MIN_REGULARITY"),
            ),
        ),
        against(
            "ONCE_LATE",
            "A credit card past due more than 12 months ago",
            "Une carte de crédit en retard de paiement il y a plus de 12 mois",
            pl.col("card_days_late_max") > 0,
            some(CREDIT_CARD_BALANCE.name, (pl.col("SK_DPD") > 0) & ~_year_of_months),
        ),
    ),
}
"""What can be said that is specific, by reason: the first finding that applies is said."""
