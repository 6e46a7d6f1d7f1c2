/** Which of several hosts is to be used: the one that takes writes, or the first that answers. */

import type { Host } from "./address"

type State = { isReadOnly: boolean }

export class HostChoice {
  private choosing: Promise<Host> | undefined

  /** @param ask connects to one host, and rejects if it does not answer */
  constructor(
    private readonly hosts: readonly Host[],
    private readonly wantsWrites: boolean,
    private readonly ask: (host: Host) => Promise<State>,
  ) {}

  /** Connections that are made at once share one choice. @throws {Error} when no host will do */
  choose(): Promise<Host> {
    this.choosing ??= this.tryAll().finally(() => {
      this.choosing = undefined
    })
    return this.choosing
  }

  private async tryAll(): Promise<Host> {
    const why: string[] = []
    for (const host of this.hosts) {
      try {
        const { isReadOnly } = await this.ask(host)
        if (!this.wantsWrites || !isReadOnly) return host
        why.push(`${host.name}: it takes no writes`)
      } catch (error) {
        why.push(`${host.name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    const message = `none of the hosts can be used (${why.join("; ")})`
    throw Object.assign(new Error(message), { code: "NO_HOST" })
  }
}
