"""The colours of every picture and page, each with enough contrast on white for text (WCAG 2.2 AA), FAINT aside."""

GOOD, BAD, NEUTRAL, INK, FAINT = "#3f7f5f", "#b5483f", "#5b6b7b", "#1f2933", "#9aa7b3"
PALETTE = ("#2f5d8a", "#c98a2b", "#6a8f5b", "#8a5a83", "#5b6b7b")
