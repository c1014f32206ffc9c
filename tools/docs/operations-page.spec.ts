import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GateMetrics, invariants, OrderMetrics } from "@surefill/core";
import { RecordingMeter } from "@surefill/core/testing";
import { expect, it } from "vitest";

const page = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");

it("docs/operations.md lists every invariant of the audit, in its words", () => {
  const rows = page.split("\n").filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  for (const [invariant, line] of Object.entries(invariants)) expect(rows).toContain(`| \`${invariant}\` | ${line} |`);
});

it("docs/operations.md lists every metric there is, and none that is not", () => {
  const recording = new RecordingMeter();
  new OrderMetrics(recording.meter);
  new GateMetrics(recording.meter);
  const listed = page.split("\n").filter((line) => line.startsWith("| `surefill_"));
  const names = listed.flatMap((line) => (line.split("|")[1] ?? "").match(/surefill_[a-z_]+/g) ?? []);
  expect(names.toSorted()).toEqual(recording.names.toSorted());
});
