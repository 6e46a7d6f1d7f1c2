import { networkInterfaces } from "node:os"
import type { ContractUrls } from "../services/stack/contracts"
import { runInForeground } from "../services/stack/foreground"
import type { RunningDemo } from "../services/stack/running-demo"
import { BROKERS } from "../services/stores/brokers"
import { readCommandLine } from "../services/terminal/command-line"
import { isAlarming } from "../services/terminal/log-lines"
import { flag, oneOf } from "../services/terminal/options"

const USAGE = `Usage: bun run demo [--fresh] [--contracts] [--inbox nats|rabbitmq]

Starts Postgres, Redis and the three apps, and stops them all on Ctrl-C. Votes stay in .tallyroom/.

  --fresh       remove earlier data first
  --contracts   also answer the clients of the pets and the posts system (docs/contracts.md)
  --inbox nats|rabbitmq
                also start this broker, which then holds the ballots in the place of Redis. What holds them is fixed
                for the life of the data: with other data there, add --fresh
  --help        show this

Environment:
  VOTE_PORT, RESULT_PORT     ports of the two pages (8080, 8081)
  PETS_VOTE_PORT, PETS_RESULT_PORT, POSTS_PORT
                             ports of --contracts (8084, 8085, 5000)
  OPTION_A, OPTION_B         what the first poll asks to choose from (Cats, Dogs)
  WORKERS                    how many workers run (1)
  REDIS_URL, DATABASE_URL    use these instead of starting Redis and Postgres
  INBOX_URL                  the broker that holds the ballots, if Redis does not
                             (these, ADMIN_TOKEN and VOTER_SECRETS also as the paths of files: REDIS_URL_FILE, …)
and every setting of the apps in docs/settings.md.`

const { values } = readCommandLine({
  usage: USAGE,
  options: { fresh: flag, contracts: flag, inbox: oneOf(BROKERS) },
})

// While it starts, apps warn that they wait for each other; one that fails is quoted anyway.
let ready = false

await runInForeground({
  contracts: values.contracts,
  broker: values.inbox,
  fresh: values.fresh,
  onLine: (source, line) => ready && isAlarming(line) && console.error(`${source}: ${line.text}`),
  onReady: (running) => {
    ready = true
    console.log(whereToGo(running))
  },
})

function whereToGo({ voteUrl, resultUrl, adminToken, contracts, ...stores }: RunningDemo): string {
  const phones = addressInNetwork()
  const also = (url: string) =>
    phones ? `   (phones in this network: http://${phones}:${new URL(url).port})` : ""
  const isAllGiven = !stores.adminRedisUrl && !stores.adminDatabaseUrl
  return `
  Vote:    ${voteUrl}${also(voteUrl)}
  Watch:   ${resultUrl}${also(resultUrl)}
  Manage:  ${resultUrl}/admin
  Admin token: ${adminToken}
${contracts ? whereContractsAre(contracts) : ""}
Ctrl-C stops everything; votes stay in ${isAllGiven ? "your own stores" : ".tallyroom/"}
ready`
}

function whereContractsAre({ petsVoteUrl, petsResultUrl, postsUrl }: ContractUrls): string {
  return `
  Pets:    ${petsVoteUrl}   watch: ${petsResultUrl}
  Posts:   ${postsUrl}   (GET and POST /vote, GET /vote-counts)
`
}

/** The address under which other machines see this one; undefined without a network. */
function addressInNetwork(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((them) => them ?? [])
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address
}
