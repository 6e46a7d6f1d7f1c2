#!/bin/sh
# Healthy as soon as the database answers over the network: neither while it recovers, nor while the first start makes it.
set -eu
PGPASSWORD=$(cat /run/secrets/tallyroom/password)
export PGPASSWORD
psql --host 127.0.0.1 --username postgres --dbname tallyroom --quiet --no-psqlrc --tuples-only --command 'select 1' >/dev/null
