#!/bin/sh
# Healthy as soon as Redis has read its data and takes commands.
set -eu
REDISCLI_AUTH=$(cat /run/secrets/tallyroom/password)
export REDISCLI_AUTH
redis-cli --user admin ping | grep -qx PONG
