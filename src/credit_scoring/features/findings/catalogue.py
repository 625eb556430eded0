"""All findings and absences, by reason."""

from __future__ import annotations

from credit_scoring.features.findings import agencies, application_details, bureau, card, lender, loan, person
from credit_scoring.features.findings.finding import Absence, Finding
from credit_scoring.features.reasons import Reason

_THEMES = (agencies, loan, person, application_details, bureau, lender, card)

ABSENCES: dict[Reason, Absence] = {reason: absence for theme in _THEMES for reason, absence in theme.ABSENCES.items()}
"""What the absence sentence of every reason stands on."""

FINDINGS: dict[Reason, tuple[Finding, ...]] = {
    reason: findings for theme in _THEMES for reason, findings in theme.FINDINGS.items()
}
"""What can be said that is specific, by reason: the first finding that applies is said."""
