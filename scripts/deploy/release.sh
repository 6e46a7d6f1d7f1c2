#!/usr/bin/env bash
# Publishes the tag TAG (as v0.1.0) in two steps, so that nothing that is installed or built is ever where a token is:
#   release.sh build     needs no token: images for two architectures as archives, with SBOM and provenance, and the manifests
#                        that name them by digest, in dist/
#   release.sh publish   sends what is in dist/ to ghcr.io/OWNER and makes the release. GH_TOKEN may write both. Starts nothing
#                        but skopeo and gh; on another machine, as the workflow does it, or after the build on a trusted one.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${TAG:?Set TAG to the tag to publish, like v0.1.0}" "${OWNER:?Set OWNER to the owner of the registry}"
version=${TAG#v}
prefix=${REGISTRY:-ghcr.io}/$(tr '[:upper:]' '[:lower:]' <<<"$OWNER")
images=(vote worker result)

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
  tar --create --gzip --file "dist/k8s-deployment-$version.tar.gz" --directory dist k8s-deployment
}

publish() {
  : "${GH_TOKEN:?Set GH_TOKEN}"
  local own name sent built
  own=$(mktemp -d)
  # shellcheck disable=SC2064 # `own` is gone when the trap runs.
  trap "skopeo logout --authfile '$own/auth.json' '${prefix%%/*}' || true; rm -rf '$own'" EXIT
  skopeo login --authfile "$own/auth.json" --username "$OWNER" --password-stdin "${prefix%%/*}" <<<"$GH_TOKEN"
  for name in "${images[@]}"; do
    skopeo copy --all --preserve-digests --authfile "$own/auth.json" --digestfile "$own/digest" \
      "oci-archive:dist/images/$name.tar" "docker://$prefix/$name:$version"
    sent=$(cat "$own/digest")
    # The manifests name this one.
    built=$(grep -o '"containerimage.digest": *"[^"]*"' "dist/images/$name.json" | cut -d'"' -f4)
    if [ "$sent" != "$built" ]; then
      echo "$name was built as $built, but what was sent is $sent." >&2
      exit 1
    fi
  done
  gh release create "$TAG" "dist/k8s-deployment-$version.tar.gz" --verify-tag --generate-notes
}

case ${1:-} in
  build) build ;;
  publish) publish ;;
  *)
    echo "Usage: TAG=v0.1.0 OWNER=you scripts/deploy/release.sh build, then the same with GH_TOKEN and publish" >&2
    exit 2
    ;;
esac
