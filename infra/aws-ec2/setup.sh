#!/bin/sh
# Sets up a bare Debian 13: Docker, a checkout of Tallyroom, its settings, and compose. cloud-init runs it as root, once;
# running it again brings a machine that was interrupted to its end. `setup.sh prepare` does all but start containers.
#
# Reads /etc/tallyroom/setup.env (REPOSITORY, REVISION, AWS_REGION, ADMIN_TOKEN_PARAMETER) and compose.env beside it.
set -eu
umask 022

checkout=/opt/tallyroom

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  # Docker only recommends apparmor and iptables, and its unit calls kill, which is in procps.
  apt-get install --yes --no-install-recommends \
    apparmor awscli ca-certificates docker-buildx docker-cli docker-compose docker.io git iptables procps
}

fetch_checkout() {
  [ -e "$checkout/compose.yaml" ] && return
  rm -rf "$checkout"
  git clone --depth 1 --branch "$REVISION" "$REPOSITORY" "$checkout"
}

# A changed .env stays as the operator left it.
write_settings() {
  [ -e "$checkout/.env" ] || cp /etc/tallyroom/compose.env "$checkout/.env"
}

# The apps believe the proxy who their visitors are, and Docker alone knows the network that it is in.
trust_proxy() {
  grep -q '^COMPOSE_PROFILES=proxy$' .env || return 0
  grep -q '^TRUSTED_PROXIES=' .env && return
  docker compose up --no-start
  network=$(docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' tallyroom_front-tier)
  echo "TRUSTED_PROXIES=$network" >> .env
}

# The token is in a file that root alone reads, and never in an argument list.
publish_admin_token() (
  umask 077
  token=$(mktemp)
  trap 'rm -f "$token"' EXIT
  docker compose run --rm -T init credentials --dir /secrets --print result/admin_token | tr -d '\n' > "$token"
  aws ssm put-parameter --region "$AWS_REGION" --name "$ADMIN_TOKEN_PARAMETER" --overwrite --value "file://$token" > /dev/null
)

start() {
  systemctl enable docker
  systemctl start docker
  cd "$checkout"
  docker compose build
  trust_proxy
  docker compose up --detach --wait
  publish_admin_token
}

. /etc/tallyroom/setup.env
install_packages
fetch_checkout
write_settings
[ "${1:-start}" = prepare ] || start
