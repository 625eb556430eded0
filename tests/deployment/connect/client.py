"""A client of Spark Connect: runs commands of the product one after another, in one process.

Its argument is JSON, a list of command lines; it prints a line of JSON for each: what it printed and its exit code. A
process is a client or has a JVM, never both, so the tests start this one with SPARK_REMOTE.
"""

import json
import sys

from click.testing import CliRunner

from credit_scoring.cli import main

for arguments in json.loads(sys.argv[1]):
    done = CliRunner().invoke(main, arguments)
    told = {"arguments": arguments, "exit_code": done.exit_code, "stdout": done.stdout, "stderr": done.stderr}
    told["exception"] = repr(done.exception)
    print(json.dumps(told), flush=True)

from pyspark.sql import SparkSession  # noqa: E402

assert type(SparkSession.getActiveSession()).__module__ == "pyspark.sql.connect.session"
