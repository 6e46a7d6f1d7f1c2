/** The files that browsers load: they are built once at the start, named by their content, and cached for ever. */

import { mkdir, readdir, realpath, rename } from "node:fs/promises"
import { basename, join } from "node:path"
import { staticPlugin } from "@elysiajs/static"
import { type AnyElysia, Elysia } from "elysia"
import { prebuiltAssets } from "../process/build"
import { acceptedEncoding, compress, type Encoding } from "./compression"
import { fileHeaders } from "./headers"

export type Assets = {
  /** From "ballot.css" to "/assets/ballot-<hash>.css". @throws {Error} for a name that was not built. */
  asset: (name: string) => string
  /** Serves all of them at /assets: `app.use(assets.plugin)`. */
  plugin: AnyElysia
}

/** Either the absolute paths of source files, or a folder in which an earlier build put its files. */
export type AssetSource = { entrypoints: string[] } | { prebuilt: string }

/** The name changes with the content, so that no browser needs to ask again. */
const FOREVER = "public, max-age=31536000, immutable"
const NAME = "([^/]+)-[a-z0-9]{8}(\\.\\w+)"
const HASHED = new RegExp(`^${NAME}$`)
/** A file is compressed once and served often, so that the slowest compression is worth it. */
const BEST_QUALITY = 11
const SUFFIX = { br: ".br", gzip: ".gz" } as const satisfies Record<Encoding, string>

/**
 * Where builds are kept between starts. Processes may share the folder, as a file's name depends on its content. In a
 * container the checkout can't be written to: there XDG_CACHE_HOME names another place.
 */
const CACHE = join(
  process.env.XDG_CACHE_HOME || join(import.meta.dir, "../node_modules/.cache"),
  "tallyroom-assets",
)

/**
 * The files of these entry points (TypeScript or CSS), built now, or those of a prebuilt folder.
 * @throws {AggregateError} when a source can't be built
 */
export async function buildAssets(source: AssetSource): Promise<Assets> {
  if ("prebuilt" in source) {
    const folder = await realpath(source.prebuilt)
    const names = byName(await readdir(folder))
    return { asset: (name) => addressOf(name, names), plugin: await servedFrom(folder) }
  }
  const folder = join(CACHE, Bun.hash(source.entrypoints.join()).toString(36))
  await mkdir(folder, { recursive: true })
  const names = await buildInto(folder, source.entrypoints)
  return { asset: (name) => addressOf(name, names), plugin: await servedFrom(folder) }
}

/** The files for the browsers of an app's visitors. A compiled program has them beside it; in a checkout they are built now. */
export function appAssets(entrypoints: string[]): Promise<Assets> {
  return buildAssets(prebuiltAssets === null ? { entrypoints } : { prebuilt: prebuiltAssets })
}

/** Builds the entry points into a folder, which a compiled app will find beside its program. */
export async function prebuildAssets(folder: string, entrypoints: string[]): Promise<void> {
  await buildInto(folder, entrypoints)
}

function addressOf(name: string, names: Map<string, string>): string {
  const file = names.get(name)
  if (file === undefined) throw new Error(`There is no asset ${name}: name its source as an entry point.`)
  return `/assets/${file}`
}

/** @returns the names of what was made */
async function buildInto(folder: string, entrypoints: string[]): Promise<Map<string, string>> {
  const naming = "[name]-[hash].[ext]"
  // The same as in an image, whatever NODE_ENV says here.
  const jsx = { development: false }
  const options = { naming, target: "browser", minify: true, jsx } as const
  // One by one: a build of several keeps in each file what any of them needs.
  const builds = await Promise.all(
    entrypoints.map((entrypoint) => Bun.build({ ...options, entrypoints: [entrypoint] })),
  )
  const outputs = builds.flatMap((build) => build.outputs)
  await Promise.all(
    outputs.map(async (output) =>
      keepAll(join(folder, basename(output.path)), new Uint8Array(await output.arrayBuffer())),
    ),
  )
  return byName(outputs.map((output) => basename(output.path)))
}

/** Writes the compressed forms before the file itself, so that they are there wherever the file is. */
async function keepAll(path: string, content: Uint8Array): Promise<void> {
  await keep(`${path}${SUFFIX.br}`, () => compress(content, "br", BEST_QUALITY))
  await keep(`${path}${SUFFIX.gzip}`, () => compress(content, "gzip"))
  await keep(path, () => content)
}

/** The file appears in one step, as another process may serve or write it at this moment. */
async function keep(path: string, content: () => Uint8Array): Promise<void> {
  if (await Bun.file(path).exists()) return
  const draft = `${path}.${crypto.randomUUID()}`
  await Bun.write(draft, content())
  await rename(draft, path)
}

/** From "ballot.css" to "ballot-7ksp8eh2.css". */
function byName(files: string[]): Map<string, string> {
  return new Map(
    files.flatMap((file) => {
      const [, name, extension] = HASHED.exec(file) ?? []
      return name && extension ? [[`${name}${extension}`, file] as const] : []
    }),
  )
}

/** Every file is a route of its own. A client that takes compressed files gets those. */
async function servedFrom(folder: string): Promise<AnyElysia> {
  const headers = {
    // The same spelling as the plugin's own header, which this one replaces.
    "Cache-Control": FOREVER,
    ...fileHeaders,
    vary: "Accept-Encoding",
  }
  const files = await staticPlugin({
    assets: folder,
    prefix: "/assets",
    alwaysStatic: true,
    // With false, the plugin would answer before `onBeforeHandle` could send a compressed file.
    etag: true,
    indexHTML: false,
    silent: true,
    detail: { hide: true },
    // Compressed files have no address of their own, and drafts of another process may be gone in a moment.
    ignorePatterns: [new RegExp(`^(?!${RegExp.escape(folder)}/${NAME}$)`)],
    headers,
  })
  return new Elysia({ name: "assets" })
    .onBeforeHandle(({ request }) => compressedFile(folder, request, headers))
    .use(files)
}

async function compressedFile(
  folder: string,
  request: Request,
  headers: Record<string, string>,
): Promise<Response | undefined> {
  const encoding = acceptedEncoding(request)
  const name = basename(new URL(request.url).pathname)
  if (encoding === null || !HASHED.test(name)) return undefined
  const file = Bun.file(join(folder, `${name}${SUFFIX[encoding]}`))
  if (!(await file.exists())) return undefined
  return new Response(file, {
    headers: { ...headers, "content-type": Bun.file(name).type, "content-encoding": encoding },
  })
}
