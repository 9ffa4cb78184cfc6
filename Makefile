# Every target needs nothing but Python (3.11 or newer) and make; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
UV_VERSION := 0.13.9
DYNOXIDE := @dynoxide/linux-x64@1.2.1
API_TOOLS := @redocly/cli@2.77.0 openapi-typescript@7.13.0 typescript@5.9.3

# Bytecode is kept, whatever the caller's environment says: without it every start of Python costs seconds.
unexport PYTHONDONTWRITEBYTECODE

# uv from PATH, else a pinned one of our own.
UV := $(or $(shell command -v uv 2>/dev/null),.local/uv/bin/uv)
UV_INSTALLED := $(filter .local/uv/bin/uv,$(UV))
READY := .venv/.ready
RUN := .venv/bin/

.PHONY: help setup demo test lint types contracts template up logs bench chaos drills package dynoxide openapi api-tools

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(READY) ## make .venv with the locked dependencies

# Said before anything is downloaded or made.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])
CHECKED = { mkdir -p .local && test -w .local && test -w .; } 2>/dev/null \
	  || { echo "$(CURDIR) cannot be written to; .venv and .local are made there: use a checkout that you may write to" >&2; exit 1; }; \
	command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is no $(PYTHON) here" >&2; exit 1; }; \
	$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "Name another one: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
NOT_DOWNLOADED = { echo "That could not be downloaded. Behind a proxy set HTTPS_PROXY; where a company signs" \
	  "connections set SSL_CERT_FILE to its certificates, or UV_NATIVE_TLS=1 if this machine trusts them. Then try again." >&2; exit 1; }

# Made beside its place, so that what was cut short is not taken for it.
.local/uv/bin/uv:
	@$(CHECKED)
	@echo "uv is not on PATH; installing uv $(UV_VERSION) into .local/uv"
	@rm -rf .local/uv .local/uv.new
	@$(PYTHON) -m venv .local/uv.new
	@$(if $(SSL_CERT_FILE),PIP_CERT="$${PIP_CERT:-$$SSL_CERT_FILE}") .local/uv.new/bin/python -m pip install --quiet \
	  --disable-pip-version-check uv==$(UV_VERSION) || $(NOT_DOWNLOADED)
	@mv .local/uv.new .local/uv

$(READY): uv.lock pyproject.toml | $(UV_INSTALLED)
	@$(CHECKED)
	@.venv/bin/python -c '$(NEW_ENOUGH)' 2>/dev/null || { rm -rf .venv && $(PYTHON) -m venv --without-pip .venv; }
	@$(UV) sync --frozen --quiet || $(NOT_DOWNLOADED)
	@touch $@

demo: $(READY) ## a campaign end to end; CONTACTS=20000 scales it, KILLS=3 kills the lanes meanwhile
	@$(RUN)python -m infra.local.demo $(if $(CONTACTS),--contacts $(CONTACTS)) $(if $(KILLS),--kills $(KILLS))

test: $(READY) dynoxide ## all tests; ARGS="-k name" narrows
	@$(RUN)python -m pytest $(or $(ARGS),-n 4 --dist loadscope --no-loadscope-reorder)

lint: $(READY) ## ruff
	@$(RUN)ruff check .
	@$(RUN)ruff format --check .

types: $(READY) ## mypy, strict
	@$(RUN)mypy

contracts: $(READY) ## who may import whom
	@$(RUN)lint-imports --no-logo

template: $(READY) ## cfn-lint
	@$(RUN)cfn-lint infra/template.yaml

up: $(READY) ## start the local cloud and keep it; prints its URL and a login
	@$(RUN)python -m infra.local.up

logs: $(READY) ## what the functions of `make up` write, and then what comes; ARGS="CampaignLane --errors --once"
	@$(RUN)python -m infra.local.logs $(ARGS)

bench: $(READY) ## benchmarks
	@$(RUN)python -m tests.bench $(ARGS)

chaos: $(READY) ## seeded campaigns while everything fails; SEEDS=10 FIRST=1
	@$(RUN)python -m tests.chaos $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FIRST),--first $(FIRST))

drills: $(READY) ## what wakes somebody, and its remedy, played in the local cloud; ARGS="token-revoked" plays one
	@$(RUN)python -m infra.local.drills $(ARGS)

openapi: $(READY) ## write functions/api/openapi.json and ERRORS.md anew
	@$(RUN)python -m infra.openapi

package: $(READY) ## build the layer and the functions for AWS into build/aws
	@$(RUN)python -m infra.packaging aws

# dynoxide, the second opinion on DynamoDB, comes through npm as one binary; without it its tests are skipped.
dynoxide:
	@test -x .local/dynoxide/node_modules/@dynoxide/linux-x64/dynoxide || { \
	  if [ "$$(uname -sm)" != "Linux x86_64" ]; then echo "dynoxide is fetched for Linux on x86-64 only"; \
	  elif command -v npm >/dev/null 2>&1; then \
	    npm install --prefix .local/dynoxide --no-save --no-audit --no-fund --silent $(DYNOXIDE) \
	      || echo "dynoxide could not be fetched through npm"; \
	  else echo "npm was not found: tests that need dynoxide will be skipped"; fi; }

# What reads the OpenAPI document as its users do; without npm those tests are skipped.
test: api-tools
api-tools:
	@test "$$(cat .local/api-tools/pinned 2>/dev/null)" = "$(API_TOOLS)" || { \
	  if command -v npm >/dev/null 2>&1; then \
	    npm install --prefix .local/api-tools --no-save --no-audit --no-fund --silent $(API_TOOLS) \
	      && echo "$(API_TOOLS)" >.local/api-tools/pinned || echo "the tools of the OpenAPI document could not be fetched through npm"; \
	  else echo "npm was not found: tests that need Redocly and TypeScript will be skipped"; fi; }
