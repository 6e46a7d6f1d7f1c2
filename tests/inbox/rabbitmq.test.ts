import { inboxContract } from "./contract"

inboxContract("rabbitmq")
