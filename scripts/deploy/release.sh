#!/usr/bin/env bash
# Publishes the tag TAG (as v0.1.0) in three steps, so that nothing that is installed or built is ever where a token is:
#   release.sh build     needs no token, but Docker and Helm: images for two architectures as archives, with SBOM and provenance,
#                        the manifests and the chart that name them by digest, and the programs for servers without Docker
#                        with their checksums, in dist/
#   release.sh publish   sends what is in dist/ to ghcr.io/OWNER, makes the release, and writes what it sent into dist/published.
#                        GH_TOKEN may write both. Starts nothing but skopeo, helm and gh; on another machine, as the workflow does
#                        it, or after the build on a trusted one.
#   release.sh sign      signs what dist/published names by cosign, as who the workflow is, without a key. GH_TOKEN may write packages.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${TAG:?Set TAG to the tag to publish, like v0.1.0}" "${OWNER:?Set OWNER to the owner of the registry}"
version=${TAG#v}
prefix=${REGISTRY:-ghcr.io}/$(tr '[:upper:]' '[:lower:]' <<<"$OWNER")
images=(vote worker result backup)

build() {
  if [ -n "${GH_TOKEN:-}${GITHUB_TOKEN:-}" ]; then
    echo "There is a token in the environment, where what is installed could read it: unset GH_TOKEN and GITHUB_TOKEN." >&2
    exit 1
  fi
  local packaged
  packaged=$(node -p 'require("./package.json").version')
  if [ "$version" != "$packaged" ]; then
    echo "The tag is $TAG, but package.json says $packaged: they must agree." >&2
    exit 1
  fi
  bun() { npx --yes "$(node -p 'require("./package.json").packageManager')" "$@"; }
  # The default builder makes images for one platform, without attestations.
  trap 'docker buildx rm tallyroom-release || true' EXIT
  docker buildx create --name tallyroom-release --driver docker-container --use
  bun run images --only "$(IFS=,; echo "${images[*]}")" --platform linux/amd64,linux/arm64 --prefix "$prefix" --oci dist/images
  bun run release:manifests --dir dist/k8s-deployment --prefix "$prefix" --images dist/images
  bun run chart --manifests dist/k8s-deployment --dir dist/chart/tallyroom
  helm package dist/chart/tallyroom --destination dist
  tar --create --gzip --file "dist/k8s-deployment-$version.tar.gz" --directory dist k8s-deployment
  bun run archives --dir dist
}

# Logs in to the registry, by a file in the directory `own` that cosign and Helm read as well, and is gone at the end.
login() {
  : "${GH_TOKEN:?Set GH_TOKEN}"
  own=$(mktemp -d)
  # shellcheck disable=SC2064 # `own` is to be the one of now.
  trap "skopeo logout --authfile '$own/config.json' '${prefix%%/*}' || true; rm -rf '$own'" EXIT
  skopeo login --authfile "$own/config.json" --username "$OWNER" --password-stdin "${prefix%%/*}" <<<"$GH_TOKEN"
}

publish() {
  local name sent built
  login
  : >dist/published
  for name in "${images[@]}"; do
    skopeo copy --all --preserve-digests --authfile "$own/config.json" --digestfile "$own/digest" \
      "oci-archive:dist/images/$name.tar" "docker://$prefix/$name:$version"
    sent=$(cat "$own/digest")
    # The manifests name this one.
    built=$(grep -o '"containerimage.digest": *"[^"]*"' "dist/images/$name.json" | cut -d'"' -f4)
    if [ "$sent" != "$built" ]; then
      echo "$name was built as $built, but what was sent is $sent." >&2
      exit 1
    fi
    echo "$prefix/$name@$sent" >>dist/published
  done
  helm push "dist/tallyroom-$version.tgz" "oci://$prefix/charts" --registry-config "$own/config.json" 2>&1 | tee "$own/pushed"
  sent=$(sed -n 's/^Digest: *//p' "$own/pushed")
  if [ -z "$sent" ]; then
    echo "Helm did not tell the digest of the chart." >&2
    exit 1
  fi
  echo "$prefix/charts/tallyroom@$sent" >>dist/published
  gh release create "$TAG" dist/*.tar.gz dist/SHA256SUMS "dist/tallyroom-$version.tgz" --verify-tag --generate-notes
}

# Signed are digests: a tag may mean something else a moment later.
sign() {
  local published
  mapfile -t published <dist/published
  login
  DOCKER_CONFIG=$own cosign sign --yes "${published[@]}"
}

case ${1:-} in
  build) build ;;
  publish) publish ;;
  sign) sign ;;
  *)
    echo "Usage: TAG=v0.1.0 OWNER=you scripts/deploy/release.sh build, then the same with GH_TOKEN and publish, and sign" >&2
    exit 2
    ;;
esac
