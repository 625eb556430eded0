"""`spark-submit jobs/maintain.py --conf conf/local.yml`: as `credit-scoring maintain --conf conf/local.yml`."""

import sys

from credit_scoring.cli import main

if __name__ == "__main__":
    main(["maintain", *sys.argv[1:]])
