"""One client in words, every sentence that can be published, and whether those that were are true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credit_scoring.explanation.waterfall import as_text
from credit_scoring.features.statements import STATEMENTS
from credit_scoring.printing.table import table

if TYPE_CHECKING:
    from credit_scoring.publishing.explain import Explanation
    from credit_scoring.publishing.reason_audit import ReasonAudit


def explanation(found: Explanation, width: int = 100) -> str:
    """One client as a waterfall."""
    return "\n".join(
        [
            found.headline,
            f"Delivery {found.delivery}, model version {found.model_version}, {found.scored_at:%Y-%m-%d %H:%M} UTC",
            "",
            as_text(found.waterfall(), width),
        ]
    )


def statements() -> list[dict[str, object]]:
    """Every sentence that can be published, in English and French."""
    return [{"code": s.code, "absent": s.absent, "side": s.side.value, "en": s.en, "fr": s.fr} for s in STATEMENTS]


def reason_audit(found: ReasonAudit) -> str:
    """What was said how often, and of how many clients it is not true."""
    rows = [(each.code, "absent" if each.absent else "", each.said, each.untrue) for each in found.statements]
    unknown = sum(each.said for each in found.statements if not each.declared)
    lines = [
        table(["code", "", "said", "untrue"], rows),
        "",
        f"{found.untrue:,} of {found.said:,} sentences about {found.clients:,} scores of model version "
        f"{found.model_version} are not true of their clients.",
    ]
    if unknown:
        lines.append(f"{unknown:,} more are of codes that this release does not declare: score again to check them.")
    return "\n".join(lines)
