// Begins early: it starts NATS many times, and waits for what is silent.
import { inboxContract } from "./contract"

inboxContract("nats")
