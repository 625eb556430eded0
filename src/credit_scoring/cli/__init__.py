"""The command line: what each command prints, and which exit code it ends with. What it does stands elsewhere.

Each module registers its commands on the group. Imports of the parts come with each command: `credit-scoring --help`
and `doctor` answer at once, on any machine.
"""

from credit_scoring.cli import deliveries, explaining, machine, models, online, operations
from credit_scoring.cli.group import main

__all__ = ["deliveries", "explaining", "machine", "main", "models", "online", "operations"]
