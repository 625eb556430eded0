"""`spark-submit jobs/train.py --conf conf/local.yml`: the same as `credit-scoring train --conf conf/local.yml`."""

import sys

from credit_scoring.cli import main
from credit_scoring.training.spark_submit_exit import ending_the_jvm

if __name__ == "__main__":
    with ending_the_jvm():
        main(["train", *sys.argv[1:]])
