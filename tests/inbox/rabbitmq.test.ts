// Begins early: it starts RabbitMQ many times, which takes seconds each.
import { inboxContract } from "./contract"

inboxContract("rabbitmq")
