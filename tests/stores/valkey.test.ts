// Begins early: it waits for what is silent.
import { startRedis } from "../../scripts/services/stores/redis"
import { ensureWheelTool } from "../../scripts/services/tools/wheel"
import { inboxContract } from "../inbox/contract"

const start = async (dir: string) => startRedis({ dir, program: await ensureWheelTool("valkey-server") })

inboxContract("redis", { name: "valkey", start })
