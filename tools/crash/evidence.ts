import { timestampDate } from "@bufbuild/protobuf/wkt";
import { stateName } from "../demo/live-view.ts";
import type { CrashResult } from "./run-crash.ts";
import type { VenueEvent } from "./venue/venue-event.ts";

/** Orders whose histories are printed. */
const ordersMax = 20;

/** The histories of the orders with which something is wrong: the service's, and the venue's beside it. */
export async function evidenceOf({ verdict, testimony, client, killer, ...more }: CrashResult): Promise<string> {
  const findings = Object.entries(verdict).flatMap(([kind, list]) =>
    list.map(({ order, why }: { readonly order: string; readonly why: string }) => ({ kind, order, why })),
  );
  const lines: string[] = [];
  for (const [order, those] of [...Map.groupBy(findings, ({ order }) => order)].slice(0, ordersMax)) {
    lines.push("", `order ${order}`);
    for (const { kind, why } of those) lines.push(`  ${kind.toUpperCase()}: ${why}`);
    const entries = [...(await serviceHistory(client, order)), ...venueHistory(testimony.events, order)];
    for (const { at, text } of entries.sort((a, b) => a.at - b.at))
      lines.push(`  ${new Date(at).toISOString()} ${text}`);
  }
  for (const { order, why } of more.sentWhileHalted) lines.push(`SENT WHILE HALTED: ${order} ${why}`);
  for (const { order, why } of more.openAfterCancelAll) lines.push(`OPEN AFTER CANCEL ALL: ${order} ${why}`);
  for (const event of more.missedEvents.slice(0, ordersMax)) lines.push(`MISSED EVENT: ${event}`);
  for (const { invariant, orderId, subject, expected, stored } of more.violations.slice(0, ordersMax)) {
    lines.push(`VIOLATION of ${invariant}: ${orderId ?? ""} ${subject} should be ${expected}, but is ${stored}`);
  }
  if (lines.length === 0) return "";
  const blows = killer.strikes.map(({ kill, victim }) => `#${kill.number} ${kill.blow.signal} ${victim}`);
  return [...lines, "", `blows: ${blows.join(", ")}`, ""].join("\n");
}

interface Entry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

async function serviceHistory(client: CrashResult["client"], orderId: string): Promise<readonly Entry[]> {
  try {
    const { events } = await client.listOrderEvents({ orderId, pageSize: 1_000 });
    return events.map(({ type, time, version, cause, fromState, toState, attemptNumber, error, fill }) => ({
      at: time === undefined ? 0 : timestampDate(time).getTime(),
      text: [
        `service v${version} ${type === "order.transition" ? cause : type} ${stateName(fromState)} → ${stateName(toState)} attempt ${attemptNumber}`,
        ...(error === undefined ? [] : [`${error.code} ${error.message}`]),
        ...(fill === undefined ? [] : [`fill ${fill.venueFillId} ${fill.lastQuantity}`]),
      ].join("  "),
    }));
  } catch (error) {
    return [{ at: 0, text: `service: ${error instanceof Error ? error.message : error}` }];
  }
}

function venueHistory(events: readonly VenueEvent[], orderId: string): readonly Entry[] {
  return events.flatMap((event) => {
    if (event.orderId !== orderId) return [];
    const details = event.type === "FILLED" ? ` ${event.venueFillId} ${event.quantity}` : "";
    const reason = event.type === "REFUSED" ? ` ${event.reason}` : "";
    return [{ at: event.atMs, text: `venue   ${event.type}${details}${reason} attempt ${event.attemptNumber}` }];
  });
}
