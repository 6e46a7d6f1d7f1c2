/** Backups in an S3-compatible server, by Bun's client: large objects go there in parts while they are made. */

import { S3Client } from "bun"
import { UserError } from "../../services/terminal/user-error"
import type { Bytes, Storage, Stored } from "./storage"

export interface S3Access {
  readonly bucket: string
  /** Ends with a slash, or is empty. */
  readonly prefix: string
  readonly endpoint?: string
  readonly region?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
}

/** A server takes 10,000 parts of an object: so one may have 320 GB. Two parts wait in memory at most. */
const PART_BYTES = 32 << 20
const PARTS_AT_ONCE = 2
const RETRIES = 5

export function s3Storage({ bucket, prefix, ...access }: S3Access): Storage {
  const client = new S3Client({ bucket, ...access })
  const place = `s3://${bucket}/${prefix}`
  const told = <T>(work: Promise<T>) => work.catch((error) => Promise.reject(explained(place, error)))
  const remove = (name: string) => told(client.delete(prefix + name))
  return {
    place,
    list: (below) => told(listAll(client, prefix, below)),
    read: (name) => readObject(client, place, prefix + name),
    write: async (name, content) => {
      try {
        await writeObject(client, prefix + name, content)
      } catch (error) {
        // What was written so far became an object, or nothing.
        await client.delete(prefix + name).catch(() => {})
        throw explained(place, error)
      }
    },
    remove,
  }
}

async function listAll(client: S3Client, prefix: string, below: string): Promise<Stored[]> {
  const found: Stored[] = []
  for (let continuationToken: string | undefined; ; ) {
    const page = await client.list({
      prefix: prefix + below,
      ...(continuationToken !== undefined && { continuationToken }),
    })
    for (const { key, size = 0, lastModified } of page.contents ?? [])
      found.push({ name: key.slice(prefix.length), bytes: size, modified: new Date(lastModified ?? 0) })
    continuationToken = page.nextContinuationToken
    if (!page.isTruncated || continuationToken === undefined)
      return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

async function* readObject(client: S3Client, place: string, key: string): Bytes {
  try {
    yield* client.file(key).stream() as unknown as Bytes
  } catch (error) {
    throw explained(place, error)
  }
}

async function writeObject(client: S3Client, key: string, content: Bytes): Promise<void> {
  const writer = client.file(key).writer({ partSize: PART_BYTES, queueSize: PARTS_AT_ONCE, retry: RETRIES })
  try {
    for await (const piece of content) {
      writer.write(piece)
      await writer.flush()
    }
  } catch (error) {
    await Promise.resolve(writer.end()).catch(() => {})
    throw error
  }
  await writer.end()
}

/** The client's own errors name neither the place nor what to do. */
function explained(place: string, error: unknown): unknown {
  const { code, message, name } = (error ?? {}) as { code?: string; message?: string; name?: string }
  if (error instanceof UserError || name !== "S3Error") return error
  const advice = ADVICE[code ?? ""] ?? ""
  return new UserError(`${place} refuses: ${code}: ${message?.replace(/\.$/, "")}.${advice}`, {
    cause: error,
  })
}

const CREDENTIALS = " Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
const ADVICE: Record<string, string> = {
  NoSuchBucket: " Make the bucket first, or correct BACKUP_TO.",
  InvalidAccessKeyId: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  ERR_S3_MISSING_CREDENTIALS: " Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  AccessDenied: " This key must be allowed to list, read, write and delete there.",
  ConnectionRefused: " Start it, or correct AWS_ENDPOINT_URL.",
}
