/** What a command printed, and its exit code. */
export interface CommandOutput {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Child {
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly stderr: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly exited: Promise<number>
}

/** Reads all that a child process prints, until it ends. */
export async function outputOf({ stdout, stderr, exited }: Child): Promise<CommandOutput> {
  const [out, err, code] = await Promise.all([
    new Response(stdout).text(),
    new Response(stderr).text(),
    exited,
  ])
  return { code, out, err }
}
