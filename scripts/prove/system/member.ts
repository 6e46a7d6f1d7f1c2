/** A process of the system that is kept alive, as Kubernetes would: one that ends is started anew, one that hangs is killed. */

import type { SupervisedProcess } from "../../services/processes/supervised-process"
import { waitFor } from "../../services/wait"

/** A program that ends at once again and again must not keep the machine busy. */
const AGAIN_MS = 300
const ASK_MS = 2_000
const ANSWER_MS = 5_000
/** As long as the manifests' liveness probes wait. */
const HANGS_MS = 30_000
const READY_MS = 60_000
const STOP_GRACE_MS = 10_000

export class Member {
  private process: SupervisedProcess
  private isFrozen = false
  private isOver = false
  private wellAt = performance.now()
  private readonly watch: ReturnType<typeof setInterval>

  /**
   * @param name such as "vote 1"
   * @param management the address of its management port
   */
  constructor(
    readonly name: string,
    readonly management: string,
    private readonly launch: () => SupervisedProcess,
    private readonly onHung: (name: string) => void,
  ) {
    this.process = this.start()
    this.watch = setInterval(() => void this.look(), ASK_MS)
  }

  get pid(): number {
    return this.process.pid
  }

  kill(): void {
    this.process.kill("SIGKILL")
  }

  /** Ends it in order; it is started anew at once. */
  restart(): void {
    this.process.kill("SIGTERM")
  }

  freeze(): void {
    this.isFrozen = true
    this.process.kill("SIGSTOP")
  }

  thaw(): void {
    this.process.kill("SIGCONT")
    this.isFrozen = false
    this.wellAt = performance.now()
  }

  async isReady(): Promise<boolean> {
    return this.answers("/readyz")
  }

  async ready(deadlineMs = READY_MS): Promise<void> {
    await waitFor(`${this.name} to be ready`, () => this.isReady(), deadlineMs)
  }

  async stop(): Promise<void> {
    this.isOver = true
    clearInterval(this.watch)
    this.process.kill("SIGCONT")
    await this.process.stop(STOP_GRACE_MS)
  }

  private start(): SupervisedProcess {
    const process = this.launch()
    this.wellAt = performance.now()
    void process.exited.then(async () => {
      if (this.isOver) return
      await Bun.sleep(AGAIN_MS)
      if (this.isOver) return
      this.isFrozen = false
      this.process = this.start()
    })
    return process
  }

  private async look(): Promise<void> {
    if (this.isFrozen || (await this.answers("/livez"))) this.wellAt = performance.now()
    if (performance.now() - this.wellAt < HANGS_MS) return
    this.wellAt = performance.now()
    this.onHung(this.name)
    this.kill()
  }

  private async answers(path: string): Promise<boolean> {
    try {
      const answer = await fetch(`${this.management}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) })
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      return false
    }
  }
}
