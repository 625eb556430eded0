"""The letter to a client: what was decided and the principal reasons, in English or French, to be printed."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from credit_scoring.explanation.points import MOST_PRINCIPAL
from credit_scoring.features.words import Words
from credit_scoring.serving.callers import Clients
from credit_scoring.serving.problems import CLIENT_UNKNOWN, documented
from credit_scoring.serving.recording import Asking, ClientId, RecordedRoute
from credit_scoring.serving.routes.decisions import DECIDED_LAST
from credit_scoring.serving.routes.scores import reason, stored
from credit_scoring.serving.words import AskedLanguage, said

router = APIRouter(prefix="/v1", tags=["clients"], route_class=RecordedRoute)

_TITLE = Words("Your application {client}", "Votre demande {client}")
_OUTCOME = {
    "approve": Words("Your application can be granted.", "Votre demande peut être acceptée."),
    "refuse": Words("Your application cannot be granted.", "Votre demande ne peut pas être acceptée."),
    "refer": Words(
        "Your application is being examined by an adviser.", "Votre demande est examinée par un conseiller."
    ),
}
_REASONS = Words("The principal reasons that weighed against it:", "Les principaux motifs défavorables :")
_NO_REASON = Words("No reason weighed against it.", "Aucun motif ne lui a été défavorable.")
_RIGHTS = Words(
    "This assessment was computed from your file. You may ask for a person to look at it, say what you think of it, "
    "contest it, and see or have corrected what is held of you.",
    "Cette appréciation a été calculée à partir de votre dossier. Vous pouvez demander l'intervention d'une personne, "
    "donner votre avis, contester la décision, et consulter ou faire rectifier les données qui vous concernent.",
)
_ORIGIN = Words(
    "Score {score}, lowest approved {cut_off}; model {version}, delivery {delivery}, {day}.",
    "Score {score}, seuil d'acceptation {cut_off} ; modèle {version}, livraison {delivery}, {day}.",
)
_BY_A_PERSON = Words("A person has decided so.", "Une personne en a décidé ainsi.")
_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 18mm; }}
.letter {{ font: 11pt/1.4 serif; max-width: 42em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff; }}
.letter h1, .letter h2 {{ font: bold 15pt/1.3 serif; padding: 0; margin: 1.5em 0 1em; }}
.letter .lender {{ white-space: pre-line; }}
.letter footer {{ margin-top: 2em; font-size: 9pt; color: #444; }}
@media print {{ .letter {{ margin: 0; padding: 0; max-width: none; break-inside: avoid; }} }}
</style></head><body><article class="letter">{sender}<h1>{title}</h1>{opening}<p>{outcome}</p>{reasons}<p>{rights}</p>
{closing}<footer>{origin}</footer></article></body></html>
"""


@router.get(
    "/clients/{client_id}/letter",
    summary="A letter with the principal reasons",
    response_class=HTMLResponse,
    responses=documented(CLIENT_UNKNOWN),
)
async def letter(client_id: ClientId, of: Asking, actor: Clients, language: AskedLanguage) -> HTMLResponse:
    """At most four reasons, the heaviest first; only what takes points is a reason. Where a person has decided about
    this score, that is the outcome. Around it stands the lender's own text (online.letter)."""
    row = await stored(of, client_id, _LETTER)
    person = await of.service.store.row(DECIDED_LAST, client_id, row["seq"], row["model_version"])
    outcome = said(_OUTCOME[person["decision"] if person else row["decision"]], language)
    lender = of.service.letter
    parts = zip(row["reason_codes"], row["reason_points"], row["reason_absent"], strict=True)
    against = [reason(*part, language).sentence for part in parts if part[1] < 0][:MOST_PRINCIPAL]
    listed = "".join(f"<li>{escape(sentence)}</li>" for sentence in against)
    reasons = (
        f"<p>{said(_REASONS, language)}</p><ol>{listed}</ol>" if against else f"<p>{said(_NO_REASON, language)}</p>"
    )
    origin = said(
        _ORIGIN, language, score=row["score"], cut_off=row["cut_off"], version=row["model_version"],
        delivery=row["delivery"], day=row["scored_at"].date().isoformat(),
    )  # fmt: skip
    return HTMLResponse(
        _PAGE.format(
            language=language,
            title=said(_TITLE, language, client=client_id),
            outcome=f"{outcome} {said(_BY_A_PERSON, language)}" if person else outcome,
            sender=_paragraph(lender.sender),
            opening=_paragraph(lender.opening_fr if language == "fr" else lender.opening_en),
            closing=_paragraph(lender.closing_fr if language == "fr" else lender.closing_en),
            reasons=reasons,
            rights=escape(said(_RIGHTS, language), quote=False),
            origin=escape(origin, quote=False),
        )
    )


def _paragraph(text: str) -> str:
    """A text of the lender's, its lines kept; nothing where there is none."""
    return f'<p class="lender">{escape(text.strip(), quote=False)}</p>' if text.strip() else ""


_LETTER = """
    SELECT decision, score, cut_off, reason_codes, reason_points, reason_absent, delivery, seq, scored_at,
        model_version, fingerprint
    FROM client_score WHERE client_id = $1
"""
