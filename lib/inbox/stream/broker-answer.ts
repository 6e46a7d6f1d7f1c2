import { within } from "../../within"
import { InboxAway } from "../contract"

/**
 * What a broker answers, with a deadline: its client waits for ever for what was asked just before its connection went away.
 * @param perhaps whether a ballot may be taken although there is no answer
 * @throws {InboxAway} when the answer did not come in time, or was an error
 */
export async function brokerAnswer<T>(
  broker: string,
  answer: Promise<T>,
  timeoutMs: number,
  perhaps = false,
): Promise<T> {
  const silent = () =>
    new InboxAway(`${broker} did not answer within ${Math.round(timeoutMs)} ms`, { perhaps })
  try {
    return await within(timeoutMs, answer, silent)
  } catch (cause) {
    throw cause instanceof InboxAway ? cause : new InboxAway(`${broker} refused`, { cause, perhaps })
  }
}
