/** The browser's files: built once at the start, named by their content, cached for ever. */

import { mkdir, readdir, realpath, rename } from "node:fs/promises"
import { basename, join } from "node:path"
import { staticPlugin } from "@elysiajs/static"
import { type AnyElysia, Elysia } from "elysia"
import { prebuiltAssets } from "../process/build"
import { acceptedEncoding, compress, type Encoding } from "./compression"

export type Assets = {
  /** From "ballot.css" to "/assets/ballot-<hash>.css". @throws {Error} for a name that was not built. */
  asset: (name: string) => string
  /** Serves all of them at /assets: `app.use(assets.plugin)`. */
  plugin: AnyElysia
}

/** Either source files to build, as absolute paths, or a folder that holds what an earlier build made of them. */
export type AssetSource = { entrypoints: string[] } | { prebuilt: string }

/** What a name stands for may never change, so nobody needs to ask again. */
const FOREVER = "public, max-age=31536000, immutable"
const HASHED = /^(.+)-[a-z0-9]{8}(\.\w+)$/
/** What is built once for ever may take its time. */
const BEST_QUALITY = 11
const SUFFIX = { br: ".br", gzip: ".gz" } as const satisfies Record<Encoding, string>

/**
 * Where builds are kept between starts; a name stands for its content, so processes may share it. In a container the
 * checkout is nobody's to write to: there XDG_CACHE_HOME names another place.
 */
const CACHE = join(
  process.env.XDG_CACHE_HOME || join(import.meta.dir, "../node_modules/.cache"),
  "tallyroom-assets",
)

/**
 * Builds the entry points (TypeScript or CSS), or takes a prebuilt folder.
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

/** The browser's files of an app: those beside a compiled program, or else made from the sources. */
export function appAssets(entrypoints: string[]): Promise<Assets> {
  return buildAssets(prebuiltAssets === null ? { entrypoints } : { prebuilt: prebuiltAssets })
}

/** Builds the entry points into a folder, for an app that will find it beside its program. */
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
  const options = { entrypoints, naming, target: "browser", minify: true } as const
  const { outputs } = await Bun.build(options)
  await Promise.all(
    outputs.map(async (output) =>
      keepAll(join(folder, basename(output.path)), new Uint8Array(await output.arrayBuffer())),
    ),
  )
  return byName(outputs.map((output) => basename(output.path)))
}

/** The compressed forms stand there before the file itself: who finds its name finds them, too. */
async function keepAll(path: string, content: Uint8Array): Promise<void> {
  await keep(`${path}${SUFFIX.br}`, () => compress(content, "br", BEST_QUALITY))
  await keep(`${path}${SUFFIX.gzip}`, () => compress(content, "gzip"))
  await keep(path, () => content)
}

/** In one step, as another process may serve or write the same file at this moment. */
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

/** Every file is a route of its own. Who takes compressed files gets those that stand beside them. */
async function servedFrom(folder: string): Promise<AnyElysia> {
  const headers = {
    // Spelt like the plugin's own, which it replaces.
    "Cache-Control": FOREVER,
    "x-content-type-options": "nosniff",
    vary: "Accept-Encoding",
  }
  const files = await staticPlugin({
    assets: folder,
    prefix: "/assets",
    alwaysStatic: true,
    // Answers that are made before the first request would pass by the compressed ones.
    etag: true,
    indexHTML: false,
    silent: true,
    detail: { hide: true },
    ignorePatterns: [new RegExp(`^(?!${RegExp.escape(folder)}/[^/]+$)`), /\.(br|gz)$/],
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
