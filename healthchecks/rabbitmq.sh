#!/usr/bin/env bash
# Healthy as soon as RabbitMQ takes connections: it listens when all else is done. (Its own tools cost a second of a core.)
set -eu
: <>/dev/tcp/127.0.0.1/5672
