/** Stores that tests or a benchmark started for themselves alone. */

import type { DatabaseUrls } from "./databases"
import type { Postgres } from "./postgres"
import type { RedisServer } from "./redis"

export type OwnStores = {
  redis: RedisServer
  postgres: Postgres
  database: DatabaseUrls
  /** Runs before the stores stop, the last one first. */
  defer(cleanUp: () => unknown): void
}
