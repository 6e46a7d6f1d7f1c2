/** `bun run images`: builds the images of the three apps, of the backup and of the seeder, with whatever Docker there is. */

import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { version } from "@tallyroom/lib/process/build"
import { CHECKOUT } from "../services/checkout"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, orElse, someOf, text } from "../services/terminal/options"
import { UsageError } from "../services/terminal/user-error"
import {
  buildImage,
  IMAGES,
  type ImageOptions,
  imageName,
  PREFIX,
  revisionOfCheckout,
  sizeOf,
} from "./images/build"
import { rememberingDigests } from "./images/digest"
import { pinnedBases } from "./images/pins"

const USAGE = `Usage: bun run images [--only NAMES] [--prefix PREFIX] [--tag TAG] [--platform LIST (--push | --oci DIR)]

Builds the images vote, worker, result, backup and seed by docker buildx, or by plain docker where there is none.

  --only NAMES     some of them, divided by commas
  --prefix PREFIX  where their names begin (${PREFIX})
  --tag TAG        (the version in package.json: ${version})
  --platform LIST  as linux/amd64,linux/arm64; more than one needs buildx, and --push or --oci
  --push           send them to the registry that their names tell
  --oci DIR        write each as an archive for registries, with its digest: sent later, by whoever may
                   What is sent has an SBOM and its provenance, and is made of images by digest.
  --no-cache       build everything anew
  --help           show this`

await runScript(
  async () => {
    const options = await forOthers(readImageOptions())
    for (const image of options.only) {
      console.log(`\n${imageName(image, options)}`)
      await buildImage(image, options)
    }
    if (!options.push && !options.oci) console.log(`\n${await table(options)}`)
    return 0
  },
  { failure: 1 },
)

/** @throws {UsageError} for options that make no sense together */
function readImageOptions(): ImageOptions & { only: readonly string[] } {
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      only: orElse(someOf(IMAGES, "image"), IMAGES),
      prefix: orElse(text, PREFIX),
      tag: orElse(text, version),
      platform: text,
      push: flag,
      oci: text,
      "no-cache": flag,
    },
  })
  const { only, prefix, tag, platform, push, oci } = values
  if (push && oci) throw new UsageError("Give --push or --oci, not both.")
  if (platform?.includes(",") && !push && !oci)
    throw new UsageError("Docker keeps images of one platform only: build for several with --push or --oci.")
  const common = { prefix, tag, push, fresh: values["no-cache"], revision: revisionOfCheckout() }
  return { ...common, ...(platform && { platform }), ...(oci && { oci }), only }
}

/** What others will run is made of images by digest, which its provenance names. */
async function forOthers<Options extends ImageOptions>(options: Options): Promise<Options> {
  if (!options.push && !options.oci) return options
  if (options.oci) await mkdir(options.oci, { recursive: true })
  const dockerfile = await Bun.file(join(CHECKOUT, "Dockerfile")).text()
  const buildArguments = await pinnedBases(dockerfile, rememberingDigests())
  for (const base of buildArguments) console.log(base)
  return { ...options, buildArguments }
}

async function table(options: ImageOptions & { only: readonly string[] }): Promise<string> {
  const rows = await Promise.all(
    options.only.map(async (image) => {
      const name = imageName(image, options)
      const { bytes, id } = await sizeOf(name)
      return `${name.padEnd(44)} ${`${(bytes / 1e6).toFixed(1)} MB`.padStart(9)}  ${id}`
    }),
  )
  return rows.join("\n")
}
