import { inboxContract } from "./contract"

inboxContract("redis")
