# Every target is one plain command; `make` lists them.
.DEFAULT_GOAL := help
CONFIG := Release
QUIET := -c $(CONFIG) -v q -nologo --tl:off "-clp:ErrorsOnly;NoSummary"

# A compiler that runs for a minute gains nothing by counting what it could make faster, nor by collecting its garbage often: a quarter less time.
BUILD := DOTNET_TieredPGO=0 DOTNET_gcConcurrent=0 DOTNET_GCgen0size=0x4000000 dotnet build Reelay.slnx $(QUIET)

# Beside the build, which leaves a processor idle at times.
PACKAGES := tools/npm-install tests/node & packages=$$!;
SIMULATION := artifacts/bin/Simulation/release/Reelay.Simulation
TESTS := artifacts/bin/Reelay.Tests/release/Reelay.Tests
T ?= *
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

run: ## server on http://127.0.0.1:8080 with a sandbox upstream; needs no account and no key
	@tools/apt-install ffmpeg fonts-dejavu-core fonts-wqy-microhei
	@tools/fetch-docs-viewer
	@echo Building ... && dotnet build src/Server $(QUIET) && dotnet build src/Simulators $(QUIET)
	@exec dotnet run tools/run.cs

test: install-programs ## all tests, those of store, engine, ledger and API on PostgreSQL too; T='*Poll*' runs the classes that match
	@$(PACKAGES) $(BUILD) -p:RunAnalyzers=false && wait $$packages
	@tools/run-suites $(TESTS) '$(T)'

check: install-programs ## what CI runs: formatting, build with the analyzers, tests
	dotnet format whitespace Reelay.slnx --verify-no-changes
	$(PACKAGES) $(BUILD) && wait $$packages
	tools/run-suites $(TESTS)

chaos: export REELAY_TEST_MINUTES := 60
chaos: install-test ## the long runs: 2,000 simulations, 50 kills, a kill in every cell of the matrix, a minute of a locked database, 50,000 altered requests, five minutes each of killed nodes, partitions and failing databases
	@$(BUILD)
	$(SIMULATION) --seeds 1-2000
	REELAY_KILLS=50 $(TESTS) --filter-namespace 'Reelay.Tests.Crash*' --show-live-output on
	REELAY_LOCK_SECONDS=60 $(TESTS) --filter-class '*Engine.StoreAwayTests*' --show-live-output on
	REELAY_MATRIX=each $(TESTS) --filter-class '*MatrixTests*' --show-live-output on
	@tools/apt-install --no-start patroni etcd-server python3-etcd
	for run in Kill Partition Bucket TakeOver HandOver Failover; do REELAY_CHAOS_SECONDS=300 $(TESTS) --filter-class '*Cluster.*' --filter-trait Chaos=$$run --no-progress --show-live-output on || exit 1; done
	REELAY_REQUESTS=50000 $(TESTS) --filter-namespace 'Reelay.Tests.Fuzz*' --show-live-output on

simulate: ## the server on one thread in virtual time; SEED=n shows one run, SEEDS=1-500 runs many
	@$(BUILD)
	$(SIMULATION) $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1-500))

proof: install-test ## the slow proofs: a provider made from the templates builds and passes the suite that all share
	tools/prove-provider

audit: ## proves that the books balance; DATA=folder, by default that of `make run`, whose server may be running
	@dotnet build src/Server $(QUIET)
	@dotnet artifacts/bin/Server/release/Reelay.Server.dll audit $(DATA)

provider: ## N=Name makes src/Providers/Name: adapter, models, simulator, tests, fixtures, README
	@tools/new-provider '$(N)'

bench: ## measured against references in the same run; results go to bench/results
	@tools/apt-install wrk nginx-light
	@tools/apt-install --no-start postgresql-15
	dotnet run -c Release --project bench/Load -- $(ARGS)

fmt: ## format everything
	dotnet format Reelay.slnx

install-test: install-programs
	@tools/npm-install tests/node

install-programs:
	@tools/apt-install ffmpeg fonts-dejavu-core fonts-wqy-microhei
	@tools/apt-install --no-start postgresql-15 nginx-light
	@tools/apt-install --no-start curl swift-proxy swift-account swift-container swift-object memcached
	@command -v npm >/dev/null || tools/apt-install nodejs npm
	@tools/fetch-docs-viewer

.PHONY: audit help run test check chaos simulate proof provider bench fmt install-programs install-test
