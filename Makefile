# make run    everything from the customers' file to tracked segments
# make test   what continuous integration runs: all of the checks
# make test-all   the same with every case: each kind of damage to each file, every small table
# make check  style, types, import rules and quick tests: no pipeline, browser or Spark, no long computation
# make lint   those that take seconds: style, types, import rules
# make test-oldest, make test-newest   all tests with the oldest or newest libraries allowed
# make ui     the MLflow UI on this repository's own store
# make dashboard  pages on the segments, the runs and scoring, for this machine (docs/dashboard.md)
# make sweep  a grid of settings as DVC experiments, ranked; other grids: segmentation sweep --help
# make experiments  the experiments side by side, in the columns that matter
# make review BASE=main   what a change moved, against another revision (docs/review.md)
# make check-review BASE=main   fail if that review is red
# make base BASE=main     bring that revision's results into DVC's cache
# make bench  time every stage on a million customers beside others' tools (docs/performance.md)
# make bench-full   the same, on ten million and on hard files too; OTHERS=PYTHON one that has polars and faiss
# make deps   write into dvc.yaml which code each stage runs
# make lock   check that what is committed is what the pipeline makes
# make requirements   compile requirements*.txt from pyproject.toml; UPGRADE=1 to the newest versions
# make audit  known vulnerabilities of what is installed, and of the workflows
# make sbom   what is installed, as a CycloneDX bill of materials: sbom.cdx.json
# make wheel  the package, as a release carries it: dist/
# make clean  remove .venv
# make help   print these lines

SHOWN = Experiment|k|structured|silhouette|stability|noise_share|train\.algorithm|train\.k|featurize\.scaler
PYTHON ?= python3
QUIET = --quiet --disable-pip-version-check
# uv does not know pip's settings, so pip has a try where uv finds no packages.
install = uv pip install --quiet --python .venv $(1) || pip install $(QUIET) $(1)
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--annotation-style line --custom-compile-command "make requirements" $(if $(UPGRADE),--upgrade)
BASE ?= main
export BASE
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Nothing that is started here tells its makers of it (DVC's part is in .dvc/config).
export MLFLOW_DISABLE_TELEMETRY = true
export DO_NOT_TRACK = true
# Python keeps what it compiled: else every stage compiles its libraries, half of its time.
export PYTHONDONTWRITEBYTECODE =

# Two tests at a time, one thread each: three take longer on two processors, by a fifth.
PYTEST = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 pytest --numprocesses 2 --dist loadscope \
	--no-loadscope-reorder --max-worker-restart 1

.PHONY: run test test-all check lint test-oldest test-newest ui dashboard sweep experiments review check-review base deps lock bench \
	bench-full requirements audit wheel sbom clean help

run: .venv/.run
	@echo "Running the pipeline: dvc repro"
	@dvc repro
	@segmentation summary

test: lint
	$(PYTEST)

test-all: export HYPOTHESIS_PROFILE = thorough
test-all: lint
	$(PYTEST) --timeout 3600 --override-ini faulthandler_timeout=4000 -m ""

check: lint
	$(PYTEST) --ignore tests/pipeline -m "not pipeline and not heavy and not slow and not thorough"

# Other libraries may draw a picture in other bytes, so what `dvc.lock` holds is not asked of them.
test-oldest: RESOLUTION = lowest-direct
test-newest: RESOLUTION = highest
test-oldest test-newest: .venv/.build
	uv venv --quiet --clear --python .venv/bin/python .venv/$@
	uv pip install --quiet --python .venv/$@ --resolution $(RESOLUTION) --group dev -e .[dashboard,spark]
	PATH="$(CURDIR)/.venv/$@/bin:$$PATH" $(PYTEST) -m "not pinned and not thorough"

lint: .venv/.test
	ruff check .
	ruff format --check .
	mypy
	lint-imports

ui: .venv/.run
	segmentation ui

dashboard: .venv/.dashboard
	segmentation dashboard

sweep: .venv/.run
	segmentation sweep

experiments: .venv/.run
	dvc exp show --no-pager --hide-workspace --drop '^(?!($(SHOWN))$$)'

# The shell reads BASE from its environment: a branch may be named like a command.
review: .venv/.run
	segmentation review --html $(if $(WHY),--why --within $(WHY)) -- "$$BASE"

check-review: .venv/.run
	.github/scripts/check-review.sh "$$BASE"

base: .venv/.run
	.github/scripts/restore-base.sh "$$BASE"

deps: .venv/.test
	python .github/scripts/code_deps.py

BENCH = python benchmarks/performance.py --write $(if $(OTHERS),--others $(OTHERS))

bench: .venv/.run
	$(BENCH)

bench-full: bench
	$(BENCH) --rows 10000000
	python benchmarks/hard_files.py --write

lock: .venv/.run
	.github/scripts/check-lock.sh

.venv/.build: requirements-build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv with Python, once: installing takes a minute or two."
	$(PYTHON) -m venv .venv
	pip install $(QUIET) -r requirements-build.txt || echo "Without uv; pip takes a minute longer."
	@touch $@

.venv/.run: requirements.txt pyproject.toml .venv/.build
	@echo "Installing the libraries of requirements.txt ..."
	$(call install,-r requirements.txt)
	@echo "Installing the package itself ..."
	$(call install,--no-deps --no-build-isolation -e .)
	@touch $@

.venv/.dashboard: requirements-dashboard.txt .venv/.run
	@echo "Installing what the dashboard needs ..."
	$(call install,-r requirements-dashboard.txt)
	@touch $@

.venv/.test: requirements-dev.txt requirements-spark.txt .venv/.dashboard
	@echo "Installing what the tests need ..."
	$(call install,-r requirements-dev.txt)
	$(call install,-r requirements-spark.txt)
	@touch $@

requirements: .venv/.build
	$(COMPILE) --group build -o requirements-build.txt
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) -c requirements.txt --group dashboard -o requirements-dashboard.txt
	$(COMPILE) -c requirements.txt -c requirements-dashboard.txt --group dev -o requirements-dev.txt
	$(COMPILE) -c requirements.txt --extra spark pyproject.toml -o requirements-spark.txt
	$(COMPILE) --group audit -o requirements-audit.txt

# Apart from the project's own environment: they bring libraries of their own.
.venv/audit: requirements-audit.txt .venv/.build
	$(PYTHON) -m venv --clear $@
	uv pip install --quiet --python $@ -r $< || $@/bin/pip install $(QUIET) -r $<

# Exceptions stand, with their reasons, in .github/zizmor.yml and .github/vulnerabilities.txt.
audit: .venv/audit
	.venv/audit/bin/zizmor --offline --config .github/zizmor.yml .github
	.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes \
		$(foreach file,$(wildcard requirements*.txt),-r $(file)) \
		$$(sed -n 's/^\([A-Z][^ #]*\).*/--ignore-vuln \1/p' .github/vulnerabilities.txt)

wheel: .venv/.run
	pip wheel $(QUIET) --no-deps --no-build-isolation --wheel-dir dist .

sbom: .venv/audit
	.venv/audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		-o sbom.cdx.json requirements.txt

clean:
	rm -rf .venv

help:
	@sed -n 's/^# make/make/p' Makefile
