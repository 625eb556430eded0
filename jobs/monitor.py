"""`spark-submit jobs/monitor.py --conf conf/local.yml`: the same as `credit-scoring monitor --conf conf/local.yml`."""

import sys

from credit_scoring.cli import main

if __name__ == "__main__":
    main(["monitor", *sys.argv[1:]])
