/** Redis's clock, which vote and the worker share. */

/** TIME is answered by seconds and microseconds. */
type Clock = { time(): Promise<readonly (number | string)[]> }

/** The milliseconds that it shows. */
export async function readRedisClock(redis: Clock): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
}

/** Milliseconds by which it is ahead of this process's. */
export async function redisClockOffset(redis: Clock): Promise<number> {
  return (await readRedisClock(redis)) - Date.now()
}
