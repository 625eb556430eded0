"""`spark-submit jobs/intake.py --conf conf/local.yml`: the same as `credit-scoring intake --conf conf/local.yml`."""

import sys

from credit_scoring.cli import main

if __name__ == "__main__":
    main(["intake", *sys.argv[1:]])
