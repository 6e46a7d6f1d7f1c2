import type { LogLine } from "./readable"
import type { BrokerKind } from "./stack-inbox"

export interface StackPlan {
  readonly stateDir: string
  readonly env: Record<string, string | undefined>
  /** Saved source files take effect at once. */
  readonly hot: boolean
  /** Also the apps that answer other systems' clients, each on the port that those know. */
  readonly contracts?: boolean
  /** Start this broker to hold the ballots; otherwise Redis does, or the broker at INBOX_URL. */
  readonly broker?: BrokerKind
  /** Where the apps are, if not in this checkout. */
  readonly appsDir?: string
  /** Progress, for the person who waits. */
  say(sentence: string): void
  onLine(source: string, line: LogLine): void
  /** Something ended although nobody stopped it. */
  onCrash(sentence: string): void
}
