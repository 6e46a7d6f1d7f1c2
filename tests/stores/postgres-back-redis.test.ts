import { postgresGoesBack } from "./postgres-back"

postgresGoesBack("redis")
