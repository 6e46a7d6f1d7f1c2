#!/bin/sh
# How package.json starts each of its scripts: `sh scripts/start.sh scripts/run/demo.ts --fresh` installs what bun.lock names,
# where that is not there yet, and becomes the script. So signals reach it, and its exit code is the one that is seen.
set -eu
# `npx bun@1.4` takes the newest of a series; what is checked and released is one exact version.
read -r exact < .bun-version
[ "$(bun --version)" = "$exact" ] || echo "This is Bun $(bun --version); Tallyroom is checked and built with $exact (npx --yes bun@$exact run …)." >&2
bun install --frozen-lockfile --silent || {
  status=$?
  echo "Installing what bun.lock names failed: 'bun install' shows why." >&2
  exit "$status"
}
exec bun "$@"
