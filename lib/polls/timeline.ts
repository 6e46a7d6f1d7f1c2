/**
 * The steps of a timeline. Its rows are seconds at first; older ones are rolled up in steps of twice, four times … as many seconds, so
 * that a poll never has more rows than a chart has points, whatever time it spans.
 */

import type { Queries } from "../postgres/rights"

/** Points of a chart. Nobody could see more. */
const POINTS = 240

/** In SQL, for a row with `first` and `last`, two seconds: how often one second is doubled for the step that this span needs. */
export function doublings(sql: Queries) {
  return sql`GREATEST(0, ceil(log(2.0, (last - first + 1) / ${POINTS}::numeric)))::integer`
}
