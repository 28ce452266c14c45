# Everything that is done with Troupe from a shell. CI runs .ci/run, which calls these.

lint = go tool -modfile=tools/go.mod golangci-lint

.PHONY: help
help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: ## the bot, as troupe.yaml and the environment say
	go run ./cmd/troupe run

.PHONY: playground
playground: ## the bot and a Discord of its own, in the browser
	go run ./cmd/troupe playground

.PHONY: test
test: chromium ## every test, with the race detector
	go test -race -shuffle=on -timeout 20m ./...

.PHONY: check
check: lint test ## all that CI checks

.PHONY: lint
lint: ## vet and linters
	$(lint) run

.PHONY: fmt
fmt: ## format, and modernize what go fix knows
	go fix ./... && $(lint) fmt

.PHONY: sim
sim: ## the scenarios, on simulated time, with their transcripts, then the fault lab
	go test -count=1 -v -run 'TestScenarios' ./cmd/bot
	go run -tags lab ./cmd/troupe sim chaos --triggers 1000

.PHONY: bench
bench: ## measures the bot, each figure beside its baseline
	go test -count=1 -v -timeout 30m -run '^TestFigure' ./cmd/bot ./actors/router
	go test -run '^$$' -bench State ./actors/router ./actors/coalescer ./actors/turn
	go test -run '^$$' -bench 'Answer|FirstText|Durable' -benchtime 1x ./cmd/bot
	go test -run '^$$' -bench 'FiftyPosts' -benchtime 5x ./discord
	go test -run '^$$' -bench 'Apply|Flush' -benchtime 200x ./store
	go test -run '^$$' -bench 'Channels' -benchtime 1x ./cmd/bot

# The browser tests need a browser. On Debian it can be installed here and now.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null; } || \
		echo "the browser tests need Chromium: apt-get install chromium" >&2
