import type { BrokerKind } from "../stores/brokers"
import type { LogLine } from "../terminal/log-lines"

export interface StackPlan {
  readonly stateDir: string
  readonly env: Record<string, string | undefined>
  /** An app starts anew when one of its source files is saved. */
  readonly restartsOnSave?: boolean
  /** Also the apps that answer other systems' clients, each on the port that those know. */
  readonly contracts?: boolean
  /** Start this broker to hold the ballots; otherwise Redis does, or the broker at INBOX_URL. */
  readonly broker?: BrokerKind
  /** Where the apps are, if not in this checkout. */
  readonly appsDir?: string
  /** Progress, for the person who waits. */
  say(sentence: string): void
  onLine(source: string, line: LogLine): void
  /** Something ended again and again although nobody stopped it: the stack can't go on. */
  onCrash(sentence: string): void
}
