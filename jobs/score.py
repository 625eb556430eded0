"""`spark-submit jobs/score.py --conf conf/local.yml`: the same as `credit-scoring score --conf conf/local.yml`."""

import sys

from credit_scoring.cli import main

if __name__ == "__main__":
    main(["score", *sys.argv[1:]])
