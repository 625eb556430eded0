"""The closed list of reasons: families of features about one side of the client's own file, each with its sentences.

A reason is published when its features together weigh on a score. It has two sentences: what was judged, where the
client's file has it, and that it is absent, where the file does not. What stands behind each in the raw rows, and the
specific findings that are said in place of the first where they are true, are declared in `findings`.
"""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """A family of features and its sentences: value and absence, English and French.

    The member's name is its code: it is published, so it is never renamed. `legal_review` marks a reason whose use a
    lawyer has to confirm.
    """

    AGENCY_SCORE_1 = (
        "Score given by credit agency 1",
        "Score attribué par l'agence de crédit 1",
        "No score from credit agency 1",
        "Aucun score de l'agence de crédit 1",
    )
    AGENCY_SCORE_2 = (
        "Score given by credit agency 2",
        "Score attribué par l'agence de crédit 2",
        "No score from credit agency 2",
        "Aucun score de l'agence de crédit 2",
    )
    AGENCY_SCORE_3 = (
        "Score given by credit agency 3",
        "Score attribué par l'agence de crédit 3",
        "No score from credit agency 3",
        "Aucun score de l'agence de crédit 3",
    )
    AGENCY_SCORES_TOGETHER = (
        "Scores of the credit agencies, together and against the loan and the debts",
        "Scores des agences de crédit, ensemble et au regard du crédit et des dettes",
        "No score from any credit agency",
        "Aucun score d'aucune agence de crédit",
    )
    AGE = (
        "Age of the applicant",
        "Âge du demandeur",
        "Age of the applicant not stated",
        "Âge du demandeur non renseigné",
        True,
    )
    INCOME = (
        "Level of the stated income",
        "Niveau du revenu déclaré",
        "Income not stated",
        "Revenu non renseigné",
    )
    LOAN_BURDEN = (
        "Loan applied for, compared with the income",
        "Crédit demandé rapporté au revenu",
        "Loan applied for cannot be compared with the income: income or amounts not stated",
        "Crédit demandé non comparable au revenu : revenu ou montants non renseignés",
    )
    LOAN_AMOUNT = (
        "Amount and type of the loan applied for",
        "Montant et type du crédit demandé",
        "Amount and type of the loan applied for not stated",
        "Montant et type du crédit demandé non renseignés",
    )
    LOAN_TERMS = (
        "Term and price of the loan applied for",
        "Durée et coût du crédit demandé",
        "No fixed term and price of the loan applied for: revolving credit, or amounts not stated",
        "Durée et coût du crédit demandé non fixés : crédit renouvelable, ou montants non renseignés",
    )
    EMPLOYMENT = (
        "Length of the present employment",
        "Ancienneté dans l'emploi actuel",
        "Length of the present employment not stated",
        "Ancienneté dans l'emploi actuel non renseignée",
    )
    OCCUPATION = (
        "Kind of income, occupation and branch of the employer",
        "Type de revenu, profession et secteur de l'employeur",
        "Kind of income, occupation and branch of the employer not stated",
        "Type de revenu, profession et secteur de l'employeur non renseignés",
    )
    EDUCATION = (
        "Level of education",
        "Niveau d'études",
        "Level of education not stated",
        "Niveau d'études non renseigné",
    )
    HOUSEHOLD = (
        "Number of children in the household",
        "Nombre d'enfants au foyer",
        "Number of children not stated",
        "Nombre d'enfants non renseigné",
    )
    HOUSING = (
        "Housing situation",
        "Situation de logement",
        "Housing situation not stated",
        "Situation de logement non renseignée",
    )
    BUILDING = (
        "Description of the building of residence",
        "Description de l'immeuble de résidence",
        "No description of the building of residence",
        "Aucune description de l'immeuble de résidence",
    )
    CAR = (
        "Ownership and age of a car",
        "Possession et âge d'une voiture",
        "Ownership and age of a car not stated",
        "Possession et âge d'une voiture non renseignés",
    )
    REGION = (
        "Region of residence, as rated by the lender",
        "Région de résidence, selon la notation du prêteur",
        "Region of residence not rated",
        "Région de résidence non notée",
    )
    ADDRESSES = (
        "Whether permanent, contact and work addresses agree",
        "Concordance des adresses permanente, de contact et de travail",
        "Agreement of the addresses not known",
        "Concordance des adresses inconnue",
    )
    REGISTRATION = (
        "Time since registration or identity document changed",
        "Temps écoulé depuis le changement d'inscription ou de pièce d'identité",
        "Dates of registration and of identity document not stated",
        "Dates d'inscription et de pièce d'identité non renseignées",
    )
    CONTACT_DETAILS = (
        "Telephone and e-mail contacts given, and time since the telephone changed",
        "Coordonnées téléphoniques et électroniques fournies et ancienneté du téléphone",
        "Telephone and e-mail contacts, and time since the telephone changed, not known",
        "Coordonnées téléphoniques et électroniques, et ancienneté du téléphone, inconnues",
    )
    DOCUMENTS = (
        "Documents provided with the application",
        "Documents fournis avec la demande",
        "Documents provided with the application not fully recorded",
        "Documents fournis avec la demande non entièrement enregistrés",
    )
    ENQUIRIES = (
        "Number of enquiries at the credit bureau before the application",
        "Nombre de consultations du bureau de crédit avant la demande",
        "Enquiries at the credit bureau not known",
        "Consultations du bureau de crédit inconnues",
    )
    BUREAU_DEBT = (
        "Debts to other lenders, from the credit bureau",
        "Dettes auprès d'autres prêteurs, selon le bureau de crédit",
        "No credit bureau record to judge the debts to other lenders",
        "Aucun dossier du bureau de crédit pour juger des dettes auprès d'autres prêteurs",
    )
    BUREAU_PUNCTUALITY = (
        "Punctuality on credits of other lenders, from the credit bureau",
        "Ponctualité sur les crédits d'autres prêteurs, selon le bureau de crédit",
        "No credit bureau record to judge the punctuality on credits of other lenders",
        "Aucun dossier du bureau de crédit pour juger de la ponctualité auprès d'autres prêteurs",
    )
    BUREAU_CREDITS = (
        "Number, kind and amount of credits at other lenders, from the credit bureau",
        "Nombre, type et montant des crédits auprès d'autres prêteurs, selon le bureau de crédit",
        "No credit bureau record to judge the number and kind of credits at other lenders",
        "Aucun dossier du bureau de crédit pour juger du nombre et type des crédits d'autres prêteurs",
    )
    BUREAU_AGE = (
        "Age and remaining time of credits at other lenders, from the credit bureau",
        "Ancienneté et durée restante des crédits auprès d'autres prêteurs, selon le bureau de crédit",
        "No credit bureau record to judge the age of credits at other lenders",
        "Aucun dossier du bureau de crédit pour juger de l'ancienneté des crédits d'autres prêteurs",
    )
    EARLIER_DECISIONS = (
        "Outcome of earlier applications to this lender",
        "Issue des demandes antérieures auprès de ce prêteur",
        "No earlier applications to this lender whose outcome could be judged",
        "Aucune demande antérieure auprès de ce prêteur dont l'issue puisse être jugée",
    )
    EARLIER_LOANS = (
        "Amounts and terms of earlier applications to this lender",
        "Montants et conditions des demandes antérieures auprès de ce prêteur",
        "No earlier applications to this lender whose amounts and terms could be judged",
        "Aucune demande antérieure auprès de ce prêteur aux montants et conditions à juger",
    )
    EARLIER_DATES = (
        "Time and number of earlier applications to this lender",
        "Dates et nombre des demandes antérieures auprès de ce prêteur",
        "No earlier applications to this lender",
        "Aucune demande antérieure auprès de ce prêteur",
    )
    RUNNING_LOANS = (
        "Instalments still to pay on loans of this lender",
        "Échéances restant à payer sur les crédits de ce prêteur",
        "No monthly records of loans of this lender that show what is still to pay",
        "Aucun relevé mensuel de crédits de ce prêteur montrant le reste à payer",
    )
    LOAN_PUNCTUALITY = (
        "Days past due in the monthly records of loans of this lender",
        "Jours de retard dans les relevés mensuels des crédits de ce prêteur",
        "No monthly records of loans of this lender that show days past due",
        "Aucun relevé mensuel de crédits de ce prêteur montrant les jours de retard",
    )
    LATE_PAYMENTS = (
        "Punctuality of instalments paid on earlier loans",
        "Ponctualité du paiement des échéances des crédits antérieurs",
        "No instalments of earlier loans on record whose punctuality could be judged",
        "Aucune échéance de crédit antérieur enregistrée dont juger la ponctualité",
    )
    SHORT_PAYMENTS = (
        "Share of due instalments of earlier loans that was paid",
        "Part payée des échéances dues des crédits antérieurs",
        "No instalments of earlier loans on record whose full payment could be judged",
        "Aucune échéance de crédit antérieur enregistrée dont juger le paiement intégral",
    )
    CARD_UTILISATION = (
        "Use of the credit card limit",
        "Utilisation du plafond de la carte de crédit",
        "No credit card records of this lender that show the use of the limit",
        "Aucun relevé de carte de crédit de ce prêteur montrant l'usage du plafond",
    )
    CARD_DRAWINGS = (
        "Cash and purchases drawn on the credit card",
        "Retraits et achats effectués avec la carte de crédit",
        "No credit card records of this lender that show drawings",
        "Aucun relevé de carte de crédit de ce prêteur montrant retraits et achats",
    )
    CARD_PAYMENTS = (
        "Payments on the credit card, and their punctuality",
        "Paiements sur la carte de crédit et leur ponctualité",
        "No credit card records of this lender that show payments",
        "Aucun relevé de carte de crédit de ce prêteur montrant les paiements",
    )

    def __init__(
        self, value_en: str, value_fr: str, absent_en: str, absent_fr: str, legal_review: bool = False
    ) -> None:
        self.value_en = value_en
        self.value_fr = value_fr
        self.absent_en = absent_en
        self.absent_fr = absent_fr
        self.legal_review = legal_review

    @property
    def code(self) -> str:
        """The stable code under which the reason is published."""
        return self.name
