# Everything that a developer, an operator or CI calls. Each target can be called by hand on a fresh Debian or Ubuntu.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(HOME)/.cargo/bin:$(PATH)
CALLWRIGHT := target/release/callwright

.PHONY: run test e2e check build console bench bench-agent bench-campaign bench-books campaign-kills fuzz soak setup clean help

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 24

run: ## Install what is missing, build, and start Callwright with the demo business
	@scripts/setup build
	@scripts/console
	cargo build --release --locked --bin callwright
	@exec $(CALLWRIGHT) serve --demo

build: ## Build the program with its console: target/release/callwright
	@scripts/setup build
	@scripts/console
	cargo build --release --locked --bin callwright

console: ## Build the console alone: console/dist
	@scripts/setup build
	cd console && npm ci && npm run build

test: ## Install what is missing, then run every test
	@scripts/setup test
	@scripts/console
	scripts/check
	@rm -f target/run-twice
	cargo nextest run --cargo-profile suite --locked --workspace
	@[ ! -s target/run-twice ] || { echo "Run twice, since the host took processors away (scripts/steady):"; cat target/run-twice; }
	cd console && CALLWRIGHT_BIN=../target/suite/callwright npm run --silent schema -- --check
	cd console && CALLWRIGHT_BUILT=../target/suite npm run --silent e2e -- budget call.spec contacts flows pages phone-sound rights sign-in-page

e2e: ## Every end-to-end test of the console in a real browser (pictures of its pages in console/e2e/output)
	@scripts/setup test
	@scripts/console
	cargo build --release --locked --workspace --bin callwright --bin load
	cd console && npm run --silent e2e

check: ## Formatting, lints, boundaries and dependencies; types, lints and tests of the console
	@scripts/setup test
	scripts/check

bench: ## Print the figures of docs/performance.md (bounded, loopback only)
	@scripts/setup test
	cargo build --release --locked --bin callwright --bin load
	scripts/bench

SESSIONS ?= 1,50,100,200,400
bench-agent: ## Print delays and costs of conversations with an agent (SESSIONS=1,50; about four minutes each)
	@scripts/setup test
	cargo build --release --locked --bin callwright --bin load
	target/release/load agent --sessions $(SESSIONS)
	target/release/load agent --sessions 1,50 --no-speculation

CAMPAIGN_DIALS ?= 10000
bench-campaign: ## Print what campaigns cost: contacts planned a second and bytes for each, calls dialled a second (CAMPAIGN_DIALS=10000)
	@scripts/setup test
	cargo build --release --locked --bin callwright --bin load
	scripts/bench-campaign $(CAMPAIGN_DIALS)

bench-books: ## Print how long the list of calls, its filters and the reports take with 100,000 calls in the books
	@scripts/setup test
	cargo build --release --locked --bin load
	target/release/load books --calls 100000

CAMPAIGN_CALLS ?= 5000
CAMPAIGN_KILLS ?= 10
CAMPAIGN_PACE ?= 35
campaign-kills: ## Kill a campaign of 5,000 calls ten times: nobody forgotten, nobody dialled twice (CAMPAIGN_CALLS=5000 CAMPAIGN_PACE=35)
	@scripts/setup test
	CAMPAIGN_CALLS=$(CAMPAIGN_CALLS) CAMPAIGN_KILLS=$(CAMPAIGN_KILLS) CAMPAIGN_PACE=$(CAMPAIGN_PACE) \
	    cargo nextest run --cargo-profile suite --locked --workspace --run-ignored only -E 'test(ten_kills_of)'

SOAK_SECONDS ?= 1800
SOAK_CALLS ?= 400
soak: ## Half an hour of mixed calls over a bad line: none lost, nothing left behind (SOAK_SECONDS=1800 SOAK_CALLS=400)
	@scripts/setup test
	cargo build --release --locked --bin callwright --bin load
	scripts/soak $(SOAK_SECONDS) $(SOAK_CALLS)

SECONDS_EACH ?= 600
fuzz: ## Fuzz every parser; SECONDS_EACH=600 for each target (make test feeds all of them mutations of their seeds)
	@scripts/setup build
	scripts/fuzz $(SECONDS_EACH)

setup: ## Only install what is missing
	scripts/setup test

clean: ## Remove what was built (never ./data)
	cargo clean
