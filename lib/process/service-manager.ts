/**
 * Tells systemd that a process listens, and then again and again that it does not hang, so that systemd starts it anew when it
 * does. Where no systemd asks for that (`Type=notify`, `WatchdogSec=`), nothing is told.
 */

/** Three times in each WatchdogSec: one message that comes late must not end a process. */
const MESSAGES_A_PERIOD = 3
const MICROSECONDS = 1_000

/** As systemd sets it for a service, and `systemd-notify` reads it. */
type Environment = Record<string, string | undefined>

/**
 * @param works whether the process is as it should be: while it says no, or can't be asked, systemd hears nothing
 * @returns what ends the messages
 */
export function reportToServiceManager(
  works: () => boolean,
  environment: Environment = process.env,
): () => void {
  const program = environment.NOTIFY_SOCKET
    ? Bun.which("systemd-notify", { PATH: environment.PATH ?? "" })
    : null
  if (program === null) return () => {}
  // It needs none of the settings, which may be secrets.
  const env = { PATH: environment.PATH, NOTIFY_SOCKET: environment.NOTIFY_SOCKET }
  const tell = (message: string) =>
    Bun.spawn([program, message], { env, stdout: "ignore", stderr: "ignore" }).unref()
  tell("--ready")
  const periodMs = Number(environment.WATCHDOG_USEC ?? 0) / MICROSECONDS
  if (!(periodMs > 0)) return () => {}
  const timer = setInterval(() => {
    if (works()) tell("WATCHDOG=1")
  }, periodMs / MESSAGES_A_PERIOD)
  timer.unref()
  return () => clearInterval(timer)
}
