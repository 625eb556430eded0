"""The closed list of reasons: families of features about one side of the client's own file, each with its sentences.

A reason is published when its features together weigh on a score. It has two sentences: one for the case that the
feature that weighs most has a value, and one for the case that this value is missing. The first says what was judged,
and is true whatever the value is; the second says what the file does not show, and is true whenever one of the reason's
features is missing, be it for want of a history or of rows in one of the periods that the family looks at.
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
        "Scores of the credit agencies, or what they are set against, not all known",
        "Scores des agences de crédit, ou éléments auxquels les rapporter, non tous connus",
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
        "Loan applied for cannot be compared with the income: an amount is not stated",
        "Crédit demandé non comparable au revenu : un montant n'est pas renseigné",
    )
    LOAN_AMOUNT = (
        "Amount and type of the loan applied for",
        "Montant et type du crédit demandé",
        "An amount, or the type, of the loan applied for not stated",
        "Un montant, ou le type, du crédit demandé non renseigné",
    )
    LOAN_TERMS = (
        "Term and price of the loan applied for",
        "Durée et coût du crédit demandé",
        "Term and price of the loan applied for are not fixed or cannot be derived",
        "Durée et coût du crédit demandé non fixés ou impossibles à déduire",
    )
    EMPLOYMENT = (
        "Length of the present employment",
        "Ancienneté dans l'emploi actuel",
        "No present employment with a known length",
        "Aucun emploi actuel d'ancienneté connue",
    )
    OCCUPATION = (
        "Kind of income, occupation and branch of the employer",
        "Type de revenu, profession et secteur de l'employeur",
        "Kind of income, occupation or branch of the employer not stated",
        "Type de revenu, profession ou secteur de l'employeur non renseigné",
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
        "Housing situation not fully stated",
        "Situation de logement non entièrement renseignée",
    )
    BUILDING = (
        "Description of the building of residence",
        "Description de l'immeuble de résidence",
        "Description of the building of residence incomplete",
        "Description de l'immeuble de résidence incomplète",
    )
    CAR = (
        "Ownership and age of a car",
        "Possession et âge d'une voiture",
        "Ownership of a car, or its age, not on file",
        "Possession d'une voiture, ou son âge, absente du dossier",
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
        "Date of registration or of identity document not stated",
        "Date d'inscription ou de pièce d'identité non renseignée",
    )
    CONTACT_DETAILS = (
        "Telephone and e-mail contacts given, and time since the telephone changed",
        "Coordonnées téléphoniques et électroniques fournies et ancienneté du téléphone",
        "Telephone or e-mail contacts, or time since the telephone changed, not known",
        "Coordonnées téléphoniques ou électroniques, ou ancienneté du téléphone, inconnues",
    )
    DOCUMENTS = (
        "Documents provided with the application",
        "Documents fournis avec la demande",
        "Documents provided with the application not recorded",
        "Documents fournis avec la demande non enregistrés",
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
        "No credit bureau record, or not enough in it, to judge the debts to other lenders",
        "Dossier du bureau de crédit absent ou insuffisant pour juger des dettes auprès d'autres prêteurs",
    )
    BUREAU_PUNCTUALITY = (
        "Punctuality on credits of other lenders, from the credit bureau",
        "Ponctualité sur les crédits d'autres prêteurs, selon le bureau de crédit",
        "No credit bureau record, or not enough in it, to judge the punctuality on credits of other lenders",
        "Dossier du bureau de crédit absent ou insuffisant pour juger de la ponctualité auprès d'autres prêteurs",
    )
    BUREAU_CREDITS = (
        "Number, kind and amount of credits at other lenders, from the credit bureau",
        "Nombre, type et montant des crédits auprès d'autres prêteurs, selon le bureau de crédit",
        "No credit bureau record, or not enough in it, to judge the number and kind of credits at other lenders",
        "Dossier du bureau de crédit absent ou insuffisant pour juger du nombre et type des crédits d'autres prêteurs",
    )
    BUREAU_AGE = (
        "Age and remaining time of credits at other lenders, from the credit bureau",
        "Ancienneté et durée restante des crédits auprès d'autres prêteurs, selon le bureau de crédit",
        "No credit bureau record, or not enough in it, to judge the age of credits at other lenders",
        "Dossier du bureau de crédit absent ou insuffisant pour juger de l'ancienneté des crédits d'autres prêteurs",
    )
    EARLIER_DECISIONS = (
        "Outcome of earlier applications to this lender",
        "Issue des demandes antérieures auprès de ce prêteur",
        "Earlier applications to this lender absent, or none recent enough to judge their outcome",
        "Demandes antérieures auprès de ce prêteur absentes, ou trop anciennes pour juger de leur issue",
    )
    EARLIER_LOANS = (
        "Amounts and terms of earlier applications to this lender",
        "Montants et conditions des demandes antérieures auprès de ce prêteur",
        "Earlier applications to this lender absent, or their amounts and terms not all on record",
        "Demandes antérieures auprès de ce prêteur absentes, ou montants et conditions incomplets",
    )
    EARLIER_DATES = (
        "Time and number of earlier applications to this lender",
        "Dates et nombre des demandes antérieures auprès de ce prêteur",
        "Earlier applications to this lender absent, or their dates not all known",
        "Demandes antérieures auprès de ce prêteur absentes, ou dates en partie inconnues",
    )
    RUNNING_LOANS = (
        "Instalments still to pay on loans of this lender",
        "Échéances restant à payer sur les crédits de ce prêteur",
        "Monthly loan records absent, or missing for a period over which what is still to pay is judged",
        "Relevés mensuels de crédits absents, ou manquants pour une période où le reste à payer est jugé",
    )
    LOAN_PUNCTUALITY = (
        "Days past due in the monthly records of loans of this lender",
        "Jours de retard dans les relevés mensuels des crédits de ce prêteur",
        "Monthly loan records absent, or missing for a period over which punctuality is judged",
        "Relevés mensuels de crédits absents, ou manquants pour une période où la ponctualité est jugée",
    )
    LATE_PAYMENTS = (
        "Punctuality of instalments paid on earlier loans",
        "Ponctualité du paiement des échéances des crédits antérieurs",
        "No instalments on record for a period over which punctuality is judged",
        "Aucune échéance enregistrée pour une période où la ponctualité est jugée",
    )
    SHORT_PAYMENTS = (
        "Share of due instalments of earlier loans that was paid",
        "Part payée des échéances dues des crédits antérieurs",
        "No instalments on record for a period over which full payment is judged",
        "Aucune échéance enregistrée pour une période où le paiement intégral est jugé",
    )
    CARD_UTILISATION = (
        "Use of the credit card limit",
        "Utilisation du plafond de la carte de crédit",
        "Credit card records absent, or missing for a period over which the use of the limit is judged",
        "Relevés de carte de crédit absents, ou manquants pour une période où l'usage du plafond est jugé",
    )
    CARD_DRAWINGS = (
        "Cash and purchases drawn on the credit card",
        "Retraits et achats effectués avec la carte de crédit",
        "Credit card records absent, or without drawings in a period that is judged",
        "Relevés de carte de crédit absents, ou sans retraits ni achats sur une période jugée",
    )
    CARD_PAYMENTS = (
        "Payments on the credit card, and their punctuality",
        "Paiements sur la carte de crédit et leur ponctualité",
        "Credit card records absent, or without payments due in a period that is judged",
        "Relevés de carte de crédit absents, ou sans paiement dû sur une période jugée",
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
