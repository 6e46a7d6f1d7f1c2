import { postgresGoesBack } from "./postgres-back"

postgresGoesBack("nats")
