import { Pool } from "pg";
import type { Contender } from "./contender.ts";
import { counted, type Transition, transitionStatements } from "./statement-per-transition.ts";
import { timeText, transitionOf, transitionValues } from "./transition-values.ts";

const poolSize = 20;

/** One prepared statement per transition, over a pool. */
export async function statementPerTransition(url: string): Promise<Contender> {
  const pool = new Pool({ connectionString: url, max: poolSize });
  await Promise.all(Array.from({ length: poolSize }, () => pool.query("SELECT 1")));
  const statementOf = (name: Transition) => ({ name, ...counted(transitionStatements[name]) });
  const statements = {
    PENDING: statementOf("PENDING"),
    SUBMITTED: statementOf("SUBMITTED"),
    CONFIRMING: statementOf("CONFIRMING"),
    FILLED: statementOf("FILLED"),
  };
  return {
    name: "one statement per transition",
    async commit(change) {
      const { name, text, names } = statements[transitionOf(change)];
      const values = transitionValues(change, timeText);
      const { rowCount } = await pool.query({ name, text, values: names.map((parameter) => values[parameter]) });
      if (rowCount !== 1) throw new Error(`${name} of ${change.order.orderId} wrote ${rowCount} events`);
    },
    close: () => pool.end(),
  };
}
