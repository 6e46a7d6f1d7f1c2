#!/bin/sh
# Healthy as soon as Caddy takes connections for HTTPS.
set -eu
if command -v nc >/dev/null; then
  nc -z 127.0.0.1 8443
else
  bash -c ': <>/dev/tcp/127.0.0.1/8443'
fi
