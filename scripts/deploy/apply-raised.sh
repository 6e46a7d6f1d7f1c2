#!/usr/bin/env bash
# Applies a patch to the checkout only if all that it changes are digests behind names of images: what made it ran code that
# was installed, and what it is for may write to the repository.
set -euo pipefail
cd "$(dirname "$0")/../.."
patch=$(realpath "${1:?Name the patch}")

if [ -n "$(git status --porcelain)" ]; then
  echo "There are changes in this checkout, which would be lost: commit them first." >&2
  exit 1
fi
git apply --index "$patch"
without_digests() { sed -E '/^(ARG [A-Z]+_IMAGE=| *(- )?image: )/s/@sha256:[0-9a-f]{64}$//'; }
git diff --cached --name-only -z | while IFS= read -r -d '' file; do
  if ! cmp -s <(git show "HEAD:$file" | without_digests) <(git show ":$file" | without_digests); then
    echo "The patch changes more than digests in $file: it is not applied." >&2
    git reset --quiet --hard
    exit 1
  fi
done
if git diff --cached --summary | grep -q .; then
  echo "The patch makes, removes or turns files: it is not applied." >&2
  git reset --quiet --hard
  exit 1
fi
