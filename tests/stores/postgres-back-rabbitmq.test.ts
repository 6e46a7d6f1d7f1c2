import { postgresGoesBack } from "./postgres-back"

postgresGoesBack("rabbitmq")
