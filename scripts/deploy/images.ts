/** `bun run images`: builds the images of the three apps, and of the seeder, with whatever Docker there is. */

import { parseArgs } from "node:util"
import { version } from "@tallyroom/lib/build"
import { describe, Trouble } from "../services/trouble"
import {
  buildImage,
  IMAGES,
  type ImageOptions,
  imageName,
  PREFIX,
  revisionOfCheckout,
  sizeOf,
} from "./images/build"

const USAGE = `Usage: bun run images [--only NAMES] [--prefix PREFIX] [--tag TAG] [--platform LIST --push]

Builds the images vote, worker, result and seed by docker buildx, or by plain docker where there is none.

  --only NAMES     some of them, divided by commas
  --prefix PREFIX  where their names begin (${PREFIX})
  --tag TAG        (the version in package.json: ${version})
  --platform LIST  as linux/amd64,linux/arm64; more than one needs buildx and --push
  --push           send them to the registry that their names tell
  --no-cache       build everything anew`

try {
  const options = readOptions(process.argv.slice(2))
  if (options === null) {
    console.log(USAGE)
    process.exit(0)
  }
  for (const image of options.only) {
    console.log(`\n${imageName(image, options)}`)
    await buildImage(image, options)
  }
  if (!options.push) console.log(`\n${await table(options)}`)
} catch (error) {
  console.error(describe(error))
  process.exit(1)
}

/** Null when help was asked for. @throws {Trouble} for what can't be meant */
function readOptions(args: string[]): (ImageOptions & { only: readonly string[] }) | null {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      prefix: { type: "string", default: PREFIX },
      tag: { type: "string", default: version },
      platform: { type: "string" },
      push: { type: "boolean", default: false },
      "no-cache": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  if (values.help) return null
  const { only, prefix, tag, platform, push } = values
  const wanted = only?.split(",") ?? IMAGES
  const strange = wanted.find((name) => !IMAGES.includes(name))
  if (strange !== undefined)
    throw new Trouble(`There is no image ${strange}: choose from ${IMAGES.join(", ")}.`)
  if (platform?.includes(",") && !push)
    throw new Trouble("Docker keeps images of one platform only: build for several with --push.")
  const common = { prefix, tag, push, fresh: values["no-cache"], revision: revisionOfCheckout() }
  return { ...common, ...(platform && { platform }), only: wanted }
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
