import type { AuditViolation } from "@surefill/core";
import { openStore } from "@surefill/persistence";
import { pinoLog } from "@surefill/runtime";
import { type AuditOptions, auditOptions, usage } from "./options.ts";
import { AuditProgress } from "./progress.ts";
import { runAudit } from "./run-audit.ts";

/** `npm run audit`: ends with 0 only if nothing that is stored contradicts itself. */
async function main(options: AuditOptions): Promise<number> {
  const startedAt = performance.now();
  const store = await openStore(options.store, { log: pinoLog("surefill-audit", "warn") });
  try {
    const size = await store.audit.size();
    const progress = new AuditProgress(options.since === undefined ? size.orders + size.balances : 0);
    const result = await runAudit(store, options.since, {
      step: (done) => progress.update(done),
      violation: (violation) => process.stdout.write(options.json ? "" : `${textOf(violation)}\n`),
    }).finally(() => progress.close());
    const { orders, balances, counts, skipped, cursor } = result;
    const violations = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    if (options.json) {
      const { violations: list, ...rest } = result;
      process.stdout.write(`${JSON.stringify({ ...rest, violations, list, seconds })}\n`);
    } else {
      for (const name of skipped) process.stdout.write(`too large to be checked: ${name}\n`);
      const found = Object.entries(counts).map(([invariant, count]) => `${count} × ${invariant}`);
      const verdict = violations === 0 ? "no violation" : `${violations} VIOLATIONS: ${found.join(", ")}`;
      process.stdout.write(`${orders} orders, ${balances} positions and holdings in ${seconds} s: ${verdict}\n`);
      process.stdout.write(`go on with --since ${cursor}\n`);
    }
    return violations === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
}

function textOf({ invariant, orderId, subject, expected, stored }: AuditViolation): string {
  const whose = orderId === undefined ? "" : ` order ${orderId}`;
  return `✘ ${invariant}${whose}: ${subject} should be ${expected}, but is ${stored}`;
}

try {
  const options = await auditOptions(process.argv.slice(2), process.env);
  if (options === "help") process.stdout.write(usage);
  else process.exitCode = await main(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
