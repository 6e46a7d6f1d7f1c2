#!/bin/sh
# Sets up a bare Debian 13: Docker, a checkout of Tallyroom, its settings, and compose. cloud-init runs it as root, once;
# running it again brings a machine that was interrupted to its end. `setup.sh prepare` does all but start containers.
#
# Reads /etc/tallyroom/setup.env (REPOSITORY, REVISION, AWS_REGION, ADMIN_TOKEN_PARAMETER) and compose.env beside it. ROOT_PARAMETER
# there keeps the root of all credentials in SSM; POSTGRES_ADDRESS, POSTGRES_SECRET and POSTGRES_CA_URL name a Postgres of RDS.
set -eu
umask 022

checkout=/opt/tallyroom
stores=/etc/tallyroom/stores
# What infra/aws-ec2/secrets.tf puts where nothing is known yet.
placeholder='not made yet'
# The user of our images, whose files are root's own and read by this group.
apps_group=65532

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  # Docker only recommends apparmor and iptables, and its unit calls kill, which is in procps.
  apt-get install --yes --no-install-recommends \
    apparmor awscli ca-certificates docker-buildx docker-cli docker-compose docker.io git iptables procps
  [ -z "${POSTGRES_ADDRESS:-}" ] || apt-get install --yes --no-install-recommends curl jq postgresql-client
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

# One of the credentials, which are made where they are missing.
credential() {
  value=$(docker compose run --rm -T init credentials --dir /secrets --print "$1") && [ -n "$value" ] && printf %s "$value"
}

# A secret is in a file that root alone reads, and never in an argument list.
put_parameter() {
  aws ssm put-parameter --region "$AWS_REGION" --name "$1" --overwrite --value "file://$2" > /dev/null
}

# The first instance tells SSM what all credentials follow from; a later one takes it from there before it makes any.
share_root() (
  [ -n "${ROOT_PARAMETER:-}" ] || return 0
  umask 077
  root=$(mktemp)
  trap 'rm -f "$root"' EXIT
  shared=$(aws ssm get-parameter --region "$AWS_REGION" --name "$ROOT_PARAMETER" --with-decryption --query Parameter.Value --output text)
  if [ "$shared" = "$placeholder" ]; then
    credential root/root > "$root"
    put_parameter "$ROOT_PARAMETER" "$root"
    return
  fi
  printf %s "$shared" > "$root"
  docker compose up --no-start init
  kept=$(docker volume inspect --format '{{.Mountpoint}}' tallyroom_secrets-root)/root
  if [ ! -e "$kept" ]; then
    install -m 0400 "$root" "$kept"
  elif [ "$(cat "$kept")" != "$shared" ]; then
    echo "The credentials of this instance follow from another root than the one in $ROOT_PARAMETER." >&2
    exit 1
  fi
)

password_in() {
  sed 's|^postgres://[^:]*:\([^@]*\)@.*|\1|'
}

# The roles of worker and result, with the passwords that init made for them, and their addresses for the containers.
prepare_rds() (
  [ -n "${POSTGRES_ADDRESS:-}" ] || return 0
  umask 077
  mkdir -p "$stores/worker" "$stores/result"
  curl --fail --silent --show-error --retry 5 --output "$stores/ca.pem" "$POSTGRES_CA_URL"
  # Each comes by an assignment of its own, so that a failure ends the script.
  WORKER_PASSWORD=$(credential worker/database_url)
  RESULT_PASSWORD=$(credential result/database_url)
  WORKER_PASSWORD=$(printf %s "$WORKER_PASSWORD" | password_in)
  RESULT_PASSWORD=$(printf %s "$RESULT_PASSWORD" | password_in)
  owner=$(aws secretsmanager get-secret-value --region "$AWS_REGION" --secret-id "$POSTGRES_SECRET" --query SecretString --output text)
  PGUSER=$(printf %s "$owner" | jq --exit-status --raw-output .username)
  PGPASSWORD=$(printf %s "$owner" | jq --exit-status --raw-output .password)
  export WORKER_PASSWORD RESULT_PASSWORD PGUSER PGPASSWORD
  PGHOST=${POSTGRES_ADDRESS%:*} PGPORT=${POSTGRES_ADDRESS##*:} PGDATABASE=tallyroom \
    PGSSLMODE=verify-full PGSSLROOTCERT="$stores/ca.pem" \
    psql --no-psqlrc --quiet --file="$checkout/infra/digitalocean/roles/roles.sql"
  write_store worker "$WORKER_PASSWORD"
  write_store result "$RESULT_PASSWORD"
)

write_store() {
  tls='sslmode=verify-full&sslrootcert=/run/stores/ca.pem'
  cp "$stores/ca.pem" "$stores/$1/ca.pem"
  printf '%s\n' "postgres://tallyroom_$1:$2@$POSTGRES_ADDRESS/tallyroom?$tls" > "$stores/$1/database_url"
  chgrp -R "$apps_group" "$stores/$1"
  chmod 0750 "$stores/$1"
  chmod 0440 "$stores/$1/ca.pem" "$stores/$1/database_url"
}

publish_admin_token() (
  umask 077
  token=$(mktemp)
  trap 'rm -f "$token"' EXIT
  credential result/admin_token > "$token"
  put_parameter "$ADMIN_TOKEN_PARAMETER" "$token"
)

start() {
  systemctl enable docker
  systemctl start docker
  cd "$checkout"
  docker compose build
  share_root
  prepare_rds
  trust_proxy
  docker compose up --detach --wait
  publish_admin_token
}

. /etc/tallyroom/setup.env
install_packages
fetch_checkout
write_settings
[ "${1:-start}" = prepare ] || start
