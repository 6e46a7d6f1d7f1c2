// Begins early: it waits for what is silent.
import { inboxContract } from "./contract"

inboxContract("redis")
