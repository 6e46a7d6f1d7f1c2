import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** How long a line stands in the file at most before it is handed on. */
const READ_EACH_MS = 20
const CHUNK_BYTES = 65_536

/**
 * A file that programs print into, whose lines are handed on as they come. A pipe would do, but Bun 1.4 now and then stops
 * reading one for good, and then the program blocks in the midst of printing, be it Redis.
 */
export interface OutputFile {
  /** What a program takes as its standard output, its standard error, or both. */
  readonly fd: number
  /** Hands on what is left, and closes the file. */
  end(): void
}

/** @param path of a file to append to; without it, one is used that has no name and vanishes at its end */
export function openOutput(onLine: (line: string) => void, path?: string): OutputFile {
  const [fd, reading] = path === undefined ? openUnnamed() : openBoth(path)
  const chunk = Buffer.alloc(CHUNK_BYTES)
  const decoder = new TextDecoder()
  let position = path === undefined ? 0 : Bun.file(path).size
  let rest = ""
  const read = () => {
    for (let size = -1; size !== 0; position += size) {
      size = readSync(reading, chunk, 0, CHUNK_BYTES, position)
      const lines = (rest + decoder.decode(chunk.subarray(0, size), { stream: true })).split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) onLine(line)
    }
  }
  const timer = setInterval(read, READ_EACH_MS)
  timer.unref()
  const end = () => {
    clearInterval(timer)
    read()
    if (rest) onLine(rest)
    closeSync(fd)
    closeSync(reading)
  }
  return { fd, end }
}

function openBoth(path: string): [writing: number, reading: number] {
  return [openSync(path, "a", 0o600), openSync(path, "r")]
}

function openUnnamed(): [writing: number, reading: number] {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-output-"))
  try {
    return openBoth(join(dir, "output"))
  } finally {
    rmSync(dir, { recursive: true })
  }
}
