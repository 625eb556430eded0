# Two commands: `make score` shows the product on a generated lender, `make test` runs every test.
# Each sets up what it needs first: .venv (requirements*.lock), and for Spark and the tests .jars (pom.xml), node_modules
# (package-lock.json). `make score` works in one process, without Java; `make score ENGINE=spark` on a local Spark.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
# Compiled now: where Python may not write (PYTHONDONTWRITEBYTECODE, a read-only image), every process would compile anew.
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python
# A worker of the tests runs whole files, in the order that tests/conftest.py gives them.
PYTEST := $(BIN)/pytest -q --numprocesses=2 --dist=loadfile --no-loadscope-reorder
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	--python-version 3.11 --python-platform linux --custom-compile-command "make lock"
# Its warning is about the next major version, which the lock keeps away.
MKDOCS := NO_MKDOCS_2_WARNING=1 tools/quietly $(BIN)/mkdocs build --strict --quiet

# A stamp lies in the folder that it vouches for, so it goes when the folder goes.
BUILD_TOOLS := .venv/build-tools.stamp
RUN := .venv/run.stamp
PYSPARK := .venv/pyspark.stamp
PACKAGE := .venv/package.stamp
DEV := .venv/dev.stamp
JARS := .jars/jars.stamp
SPARK := .venv/spark.stamp
CLASSES := .jars/classes.stamp
CONNECT := .jars-connect/jars.stamp
AZURITE := node_modules/azurite.stamp

.PHONY: help score serve test test-quick coverage crash setup jars check fix docs notebooks lock evidently clean system system-spark system-serve system-test

help:  ## say what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

ENGINE ?= auto

score: system $(PACKAGE) $(if $(filter spark,$(ENGINE)),system-spark $(SPARK) $(CLASSES))  ## generate a lender, train, promote, score and publish; then only score what waits (ENGINE=spark: on Spark)
	@$(BIN)/credit-scoring demo --engine $(ENGINE)

serve: system-serve $(PACKAGE)  ## serve the API over what make score published, on a PostgreSQL of its own below var/
	@exec $(BIN)/credit-scoring serve

test: setup  ## run every test
	@$(PYTEST) --durations=15

test-quick: system $(PACKAGE) $(DEV)  ## run the tests that need no JVM, no browser and no server
	@$(PYTEST) -m "not spark and not browser and not server"

coverage: setup  ## run every test and say which lines none of them runs
	@$(PYTEST) --cov --cov-report=term:skip-covered --cov-report=xml

crash: setup  ## stop the score job at every commit and at random, run it again, compare (hours; goes on where it was)
	@PYTHONPATH=tests $(BIN)/python -m crash $(CRASH)

setup: system-test $(PACKAGE) $(DEV) $(SPARK) $(CLASSES) $(CONNECT) $(AZURITE)  ## install all that score and test need

jars: system-spark $(SPARK)  ## only Spark's environment and jars

check: system $(PACKAGE) $(DEV)  ## lint, formatting, types, layers, security, secrets, documentation
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "not formatted: make fix"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >.venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml src jobs tools
	@$(BIN)/detect-secrets-hook --cores 2 --no-verify $$(git ls-files ':!*.lock' ':!package-lock.json' ':!*.schema.json' ':!*.png' ':!*.gz' ':!*.svg')
	@$(BIN)/python tools/reference.py --check
	@$(MKDOCS) --site-dir .venv/site
	@echo "check: all well"

fix: system $(DEV)  ## format, and mend what ruff can
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

docs: system $(PACKAGE) $(DEV)  ## write the reference and the Grafana boards from the code, and build the documentation into site/
	@$(BIN)/python tools/reference.py
	@$(BIN)/python tools/boards.py
	@$(MKDOCS) --site-dir site
	@echo "open site/index.html"

notebooks: setup  ## execute the notebooks on the lender of make score, into pages of docs/
	@$(BIN)/python tools/notebooks.py

lock: system-test $(BUILD_TOOLS)  ## renew the locks from pyproject.toml and package.json (UPGRADE=1: newest versions)
	@$(COMPILE) $(if $(UPGRADE),--upgrade) requirements-build.in -o requirements-build.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --extra serving -o requirements.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --extra spark --extra serving -c requirements.lock -o requirements-spark.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --extra spark --extra serving --extra test --extra dev -c requirements-spark.lock -o requirements-dev.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --extra evidently -c requirements.lock -o requirements-evidently.lock
	@tools/lock-npm

evidently: system $(PACKAGE)  ## make .venv-evidently, for `credit-scoring monitor --evidently`
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-evidently
	@$(BIN)/uv pip install --quiet --python .venv-evidently/bin/python --require-hashes \
		--build-constraints requirements-build.lock -r requirements-evidently.lock
	@echo "ready: credit-scoring monitor --evidently"

clean:  ## remove what setup made; var/ stays, it is yours
	@rm -rf .venv .venv-evidently .jars .jars-connect node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

system:
	@tools/system-packages run

system-spark:
	@tools/system-packages spark

system-serve:
	@tools/system-packages serve

system-test:
	@tools/system-packages test

$(BUILD_TOOLS): requirements-build.lock
	@echo "making .venv"
	@"$$(tools/python)" -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

$(RUN): requirements.lock $(BUILD_TOOLS)
	@echo "installing Python packages (a minute)"
	@$(INSTALL) --require-hashes --build-constraints requirements-build.lock -r requirements.lock
	@touch $@

$(PYSPARK): requirements-spark.lock $(RUN)
	@echo "installing Spark's Python packages (half a minute)"
	@$(INSTALL) --require-hashes --build-constraints requirements-build.lock -r requirements-spark.lock
	@touch $@

$(PACKAGE): pyproject.toml $(RUN)
	@$(INSTALL) --no-deps --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(DEV): requirements-dev.lock $(PYSPARK)
	@echo "installing packages for tests and checks"
	@$(INSTALL) --require-hashes --build-constraints requirements-build.lock -r requirements-dev.lock
	@touch $@

$(JARS): pom.xml $(PYSPARK) | $(PACKAGE)
	@echo "fetching Spark's jars with Maven (a minute)"
	@rm -rf .jars
	@JAVA_HOME="$$($(BIN)/python -m credit_scoring.runtime)" \
		tools/quietly mvn --quiet --batch-mode --strict-checksums dependency:copy-dependencies
	@touch $@

$(CONNECT): tests/deployment/connect/pom.xml | $(PACKAGE)
	@echo "fetching the Spark Connect server of the tests with Maven"
	@rm -rf .jars-connect
	@JAVA_HOME="$$($(BIN)/python -m credit_scoring.runtime)" tools/quietly \
		mvn --quiet --batch-mode --strict-checksums --file tests/deployment/connect/pom.xml dependency:copy-dependencies
	@touch $@

$(SPARK): tools/spark-defaults tools/spark-log4j2.properties src/credit_scoring/engines/spark/jvm.py $(JARS) $(RUN) | $(PACKAGE)
	@tools/spark-defaults
	@touch $@

$(CLASSES): tools/class-archive $(SPARK)
	@echo "archiving Spark's classes (half a minute)"
	@tools/quietly $(BIN)/python tools/class-archive
	@touch $@

$(AZURITE): package-lock.json
	@echo "installing Azurite with npm"
	@npm ci --ignore-scripts --loglevel=error --silent
	@touch $@
