"""How the desk looks, prints and is spoken: rules that Streamlit's theme has no words for."""

from __future__ import annotations

import streamlit as st

from credit_scoring.features.words import Language
from credit_scoring.pages.page import BAD, FAINT, GOOD, INK, NEUTRAL

THEME = {
    "base": "light", "primaryColor": "#2f5d8a", "backgroundColor": "#ffffff", "secondaryBackgroundColor": "#f3f5f7",
    "textColor": INK, "linkColor": "#2f5d8a", "font": "sans-serif", "headingFont": "sans-serif",
    "codeFont": "monospace",
}  # fmt: skip
"""Streamlit's own theme; fonts are the reader's, so none is fetched."""

_RULES = f"""
.says {{ color: {INK}; font-size: 0.9rem; margin: 0 0 1rem; }}
.wide {{ overflow-x: auto; }}
.wide.tall {{ max-height: 32rem; overflow-y: auto; }}
.wide:focus-visible {{ outline: 3px solid #2f5d8a; }}
.wide table {{ border-collapse: collapse; width: 100%; font-size: 0.95rem; table-layout: auto; }}
.wide th {{ overflow-wrap: normal; }}
.wide caption {{ text-align: left; font-weight: 600; padding: 0.3rem 0; }}
.wide th, .wide td {{ border-bottom: 1px solid {FAINT}; padding: 0.35rem 0.6rem; text-align: left; vertical-align: top;
  overflow-wrap: break-word; }}
.wide td:first-child {{ min-width: 7rem; }}
.wide td.figure, .wide th.figure {{ text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; }}
dl {{ display: grid; grid-template-columns: minmax(0, auto) minmax(5rem, 1fr); gap: 0.2rem 1rem; margin: 0;
  padding: 0; }}
dt {{ font-weight: 600; }}
dd {{ margin: 0; overflow-wrap: anywhere; }}
dt, dd {{ padding: 0; }}
.banner {{ border-left: 0.5rem solid {NEUTRAL}; background: #f3f5f7; padding: 0.7rem 1rem; color: {INK}; }}
.banner strong {{ display: block; font-size: 1.25rem; }}
.banner.approve {{ border-color: {GOOD}; }}
.banner.refuse, .banner.trouble {{ border-color: {BAD}; }}
.banner.trouble strong, .banner.note strong {{ font-size: 1rem; }}
button.ours {{ border: 1px solid {NEUTRAL}; border-radius: 0.4rem; background: #fff; color: {INK}; padding: 0.5rem 1rem;
  font: inherit; cursor: pointer; min-height: 2.5rem; }}
button.ours:focus-visible {{ outline: 3px solid #2f5d8a; }}
[data-testid="stMainBlockContainer"] {{ padding-top: 3.5rem; max-width: 64rem; }}
@media print {{
  @page {{ size: A4; margin: 15mm; }}
  [data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stToolbar"], [data-testid="stButton"],
  [data-testid="stForm"], [data-testid="stSelectbox"], [data-testid="stFormSubmitButton"], [data-testid="stRadio"],
  [data-testid="stDownloadButton"], [data-testid="stExpandSidebarButton"], [data-testid="stStatusWidget"],
  .stApp:has(.letter) [data-testid="stHeading"], .st-key-file,
  .unprinted, button {{ display: none !important; }}
  [data-testid="stMainBlockContainer"] {{ padding: 0 !important; max-width: none; }}
  html, body, #root, #root > div, .stApp, [data-testid="stAppViewContainer"], [data-testid="stMain"] {{
    position: static !important; height: auto !important; overflow: visible !important; display: block !important;
  }}
  .wide, .wide.tall {{ overflow: visible; max-height: none; }}
  [data-testid="stVegaLiteChart"], tr, .banner {{ break-inside: avoid; }}
  h2, h3 {{ break-after: avoid; }}
}}
"""


def apply(language: Language) -> None:
    """Puts the rules into the page, and tells the browser which language it reads."""
    st.html(f"<style>{_RULES}</style>")
    st.html(
        f"<script>document.documentElement.lang = '{language}'</script>", unsafe_allow_javascript=True, width="content"
    )
