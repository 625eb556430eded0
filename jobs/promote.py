"""`spark-submit jobs/promote.py --conf conf/local.yml`: the same as `credit-scoring promote --conf conf/local.yml`."""

import sys

from credit_scoring.cli import main

if __name__ == "__main__":
    main(["promote", *sys.argv[1:]])
