"""The script that Streamlit runs for each visit (see running)."""

import sys

from credit_scoring.dashboard.desk import desk

desk(sys.argv[1])
