import { inboxContract } from "./contract"

inboxContract("nats")
