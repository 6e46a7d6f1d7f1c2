#!/usr/bin/env bash
# Publishes the tag TAG (as v0.1.0): images for two architectures to ghcr.io/OWNER, and a release with the manifests that
# name them by digest. GH_TOKEN may write both. What is built is what is checked out.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${TAG:?Set TAG to the tag to publish, like v0.1.0}" "${OWNER:?Set OWNER to the owner of the registry}" "${GH_TOKEN:?Set GH_TOKEN}"
version=$(node -p 'require("./package.json").version')
if [ "$TAG" != "v$version" ]; then
  echo "The tag is $TAG, but package.json says $version: they must agree." >&2
  exit 1
fi
prefix=ghcr.io/$(tr '[:upper:]' '[:lower:]' <<<"$OWNER")
# What is installed and built never sees the token.
bun() { env --unset=GH_TOKEN npx --yes "$(node -p 'require("./package.json").packageManager')" "$@"; }

trap 'docker buildx rm tallyroom-release || true; docker logout ghcr.io' EXIT
docker login ghcr.io --username "$OWNER" --password-stdin <<<"$GH_TOKEN"
# The default builder makes images for one platform, without attestations.
docker buildx create --name tallyroom-release --driver docker-container --use

bun run images --only vote,worker,result --platform linux/amd64,linux/arm64 --prefix "$prefix" --push
bun run release:manifests --dir dist/k8s-deployment --prefix "$prefix"
tar --create --gzip --file "dist/k8s-deployment-$version.tar.gz" --directory dist k8s-deployment
gh release create "$TAG" "dist/k8s-deployment-$version.tar.gz" --verify-tag --generate-notes
