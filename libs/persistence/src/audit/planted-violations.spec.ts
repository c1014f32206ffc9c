import { type AuditViolation, auditAll, type Order, type Store } from "@surefill/core";
import {
  commitOpen,
  commitRetrying,
  filled,
  freshAccount,
  type PlacedOptions,
  prepared,
} from "@surefill/core/testing/order-store-fixture";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../postgres/connection.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { findPostgres, openPostgresForTests } from "../testing/postgres-for-tests.ts";
import { openSqliteForTests } from "../testing/sqlite-for-tests.ts";

/** A database whose rows a test can write to behind the store's back. */
interface Tampered {
  readonly store: Store;
  run(sql: string): Promise<void>;
  /** A text as a JSON column takes it. */
  json(text: string): string;
  dispose(): Promise<void>;
}

async function tamperedSqlite(): Promise<Tampered> {
  const opened = await openSqliteForTests();
  const database = await openDatabase(opened.file);
  return {
    store: opened.store,
    async run(sql) {
      database.exec(sql);
    },
    json: (text) => text,
    async dispose() {
      database.close();
      await opened.dispose();
    },
  };
}

async function tamperedPostgres(adminUrl: string): Promise<Tampered> {
  const opened = await openPostgresForTests(adminUrl);
  const client = await connect(opened.url);
  return {
    store: opened.store,
    async run(sql) {
      await client.query(sql);
    },
    json: (text) => `(${text})::json`,
    async dispose() {
      await client.end();
      await opened.dispose();
    },
  };
}

/** BUY 2 BTC/USDT at 90,000.5, filled in one, with a fee of 0.002 BTC. */
async function filledOrder(store: Store, options: PlacedOptions = {}): Promise<Order> {
  const done = filled(await commitOpen(store, options), { feeInBase: "0.002" });
  await store.orders.commit(done);
  return done.order;
}

/** A second attempt after a first that was not sent. */
async function retriedOrder(store: Store): Promise<Order> {
  const second = prepared(await commitRetrying(store));
  await store.orders.commit(second);
  return second.order;
}

async function openOrder(store: Store): Promise<Order> {
  return (await commitOpen(store)).order;
}

/** A violation, as it is or by what it must look like. */
interface Found {
  readonly invariant: AuditViolation["invariant"];
  readonly subject: unknown;
  readonly expected: unknown;
  readonly stored: unknown;
}

interface Plant {
  readonly given: string;
  readonly order: (store: Store) => Promise<Order>;
  /** What is done to the rows. */
  readonly sql: (order: Order) => readonly string[];
  /** All that an audit finds of it. */
  readonly so: (order: Order) => readonly Found[];
}

const at = ({ orderId }: Order) => `WHERE order_id = '${orderId}'`;
const row = (set: string) => (order: Order) => [`UPDATE orders SET ${set} ${at(order)}`];
const found = (
  invariant: AuditViolation["invariant"],
  subject: unknown,
  expected: unknown,
  stored: unknown,
): Found => ({ invariant, subject, expected, stored });
const position = expect.stringMatching(/^position .* BTC\/USDT of .* at paper$/);
const holding = expect.stringMatching(/^holding BTC\/USDT of .* at paper$/);

const plants: readonly Plant[] = [
  {
    given: "a column that no event set",
    order: openOrder,
    sql: row("strategy_id = 'other'"),
    so: () => [found("EVENTS_REPLAY", "strategy_id", "NULL", "other")],
  },
  {
    given: "another time of a state",
    order: openOrder,
    sql: row(`state_times = '{"PENDING":1}'`),
    so: () => [found("EVENTS_REPLAY", "state_times", expect.stringContaining("CONFIRMING"), '{"PENDING":1}')],
  },
  {
    given: "a step that the table does not have",
    order: openOrder,
    sql: (order) => [
      `UPDATE order_events SET cause = '{"type":"CANCEL_STARTED"}', to_state = 'CANCELLING' ${at(order)} AND version = 2
        AND type = 'order.transition'`,
    ],
    so: ({ orderId }) => [
      found("EVENTS_REPLAY", "version 2", "a step of the transition table", "CANCEL_STARTED refused in PENDING"),
      found("ATTEMPTS_ARE_DURABLE", "attempt 1", "none", expect.stringContaining(`${orderId}-1`)),
    ],
  },
  {
    given: "a state in the history that its step does not lead to",
    order: openOrder,
    sql: (order) => [`UPDATE order_events SET to_state = 'IN_DOUBT' ${at(order)} AND version = 3`],
    so: () => [
      found(
        "EVENTS_REPLAY",
        "version 3",
        "a step of the transition table",
        "ACCEPTED leads to CONFIRMING, not IN_DOUBT",
      ),
    ],
  },
  {
    given: "a price of a fill that is another one by now",
    order: filledOrder,
    sql: (order) => [`UPDATE fills SET last_price = '90000' ${at(order)}`],
    so: () => [found("FILLS_SUM_UP", "cum_quote_quantity", "180000", "180001")],
  },
  {
    given: "a filled quantity in the row that its fills are not",
    order: filledOrder,
    sql: row("cum_quantity = '3'"),
    so: () => [found("EVENTS_REPLAY", "cum_quantity", "2", "3"), found("FILLS_SUM_UP", "cum_quantity", "2", "3")],
  },
  {
    given: "a fee that is lost",
    order: filledOrder,
    sql: row("fees = '{}'"),
    so: () => [
      found("EVENTS_REPLAY", "fees", '{"BTC":"0.002"}', "{}"),
      found("FILLS_SUM_UP", "fees in BTC", "0.002", "0"),
    ],
  },
  {
    given: "a fill that is lost",
    order: filledOrder,
    sql: (order) => [`DELETE FROM fills ${at(order)}`],
    so: () => [
      found("FILLS_SUM_UP", "cum_quantity", "0", "2"),
      found("FILLS_SUM_UP", "cum_quote_quantity", "0", "180001"),
      found("FILLS_SUM_UP", "fees in BTC", "0", "0.002"),
      found("FILLS_SUM_UP", "fills of a FILLED order", "2", "0"),
      found("BALANCES_SUM_UP", position, "0", "1.998"),
      found("BALANCES_SUM_UP", holding, "0", "1.998"),
    ],
  },
  {
    given: "a position that is not the sum of its fills",
    order: filledOrder,
    sql: ({ positionId }) => [`UPDATE positions SET quantity = '2' WHERE position_id = '${positionId}'`],
    so: () => [found("BALANCES_SUM_UP", position, "1.998", "2")],
  },
  {
    given: "a position that is lost",
    order: filledOrder,
    sql: ({ positionId }) => [`DELETE FROM positions WHERE position_id = '${positionId}'`],
    so: () => [found("BALANCES_SUM_UP", position, "a row", "none")],
  },
  {
    given: "a holding that is not the sum of its fills",
    order: filledOrder,
    sql: ({ instruction }) => [`UPDATE holdings SET quantity = '0.5' WHERE account = '${instruction.account}'`],
    so: () => [found("BALANCES_SUM_UP", holding, "1.998", "0.5")],
  },
  {
    given: "a history without its beginning",
    order: openOrder,
    sql: (order) => [`DELETE FROM order_events ${at(order)} AND version = 1`],
    so: () => [found("HISTORY_BEGINS", "the first event", "1 PLACED", "2 ATTEMPT_PREPARED")],
  },
  {
    given: "a history that lacks a step",
    order: filledOrder,
    sql: (order) => [`DELETE FROM order_events ${at(order)} AND version = 3`],
    so: () => [found("HISTORY_HAS_NO_GAP", "version", "3", "4")],
  },
  {
    given: "a history that lacks its last step",
    order: openOrder,
    sql: (order) => [`DELETE FROM order_events ${at(order)} AND version = 3`],
    so: () => [found("HISTORY_HAS_NO_GAP", "version", "3", "2")],
  },
  {
    given: "an attempt that is lost",
    order: openOrder,
    sql: (order) => [`DELETE FROM attempts ${at(order)}`],
    so: ({ orderId }) => [found("ATTEMPTS_ARE_DURABLE", "attempt 1", expect.stringContaining(`${orderId}-1`), "none")],
  },
  {
    given: "an attempt under another submit key",
    order: openOrder,
    sql: (order) => [`UPDATE attempts SET submit_key = 'other' ${at(order)}`],
    so: () => [found("ATTEMPTS_ARE_DURABLE", "attempt 1", expect.anything(), expect.stringContaining("other,"))],
  },
  {
    given: "an attempt without its end",
    order: openOrder,
    sql: (order) => [`UPDATE attempts SET valid_until = NULL ${at(order)}`],
    so: () => [found("ATTEMPTS_ARE_DURABLE", "attempt 1", expect.anything(), expect.stringContaining("ever"))],
  },
  {
    given: "a first attempt that the venue took after it was found dead",
    order: retriedOrder,
    sql: (order) => [
      `UPDATE attempts SET outcome = 'ACCEPTED', answered_at =
        (SELECT prepared_at FROM attempts ${at(order)} AND number = 2) ${at(order)} AND number = 1`,
    ],
    so: () => [found("ONE_LIVE_ATTEMPT", "attempt 1", "dead", expect.stringMatching(/^ACCEPTED at \d+, after/))],
  },
  {
    given: "an order that is due although it has ended",
    order: filledOrder,
    sql: row("next_action_at = updated_at"),
    so: ({ updatedAt }) => [found("DUE_FITS_STATE", "next_action_at in FILLED", "NULL", String(updatedAt))],
  },
  {
    given: "an order that nobody looks at although it is open",
    order: openOrder,
    sql: row("is_open = (1 = 0)"),
    so: () => [found("DUE_FITS_STATE", "is_open in CONFIRMING", "true", "false")],
  },
  {
    given: "a row that can't be read",
    order: openOrder,
    sql: row("state = 'NEW'"),
    so: () => [found("READABLE", "what is stored", "readable", expect.stringContaining('"NEW"'))],
  },
];

/** The same again for both databases; the faults stay, so what each adds is looked at. */
function describePlants(name: string, open: () => Promise<Tampered>): void {
  describe(`${name}: an audit`, () => {
    let tampered: Tampered;
    let known: readonly AuditViolation[] = [];
    beforeAll(async () => {
      tampered = await open();
    });
    afterAll(() => tampered.dispose());

    const news = async (): Promise<readonly AuditViolation[]> => {
      const steps = await Array.fromAsync(auditAll(tampered.store));
      const all = steps.flatMap(({ violations }) => violations);
      const before = new Set(known.map((violation) => JSON.stringify(violation)));
      known = all;
      return all.filter((violation) => !before.has(JSON.stringify(violation)));
    };

    it("given orders of many kinds, so finds nothing", async () => {
      for (const make of [openOrder, filledOrder, retriedOrder]) await make(tampered.store);
      expect(await news()).toEqual([]);
    });

    it.each(plants)("given $given, so finds just that", async ({ order: make, sql, so }) => {
      const order = await make(tampered.store);
      expect(await news()).toEqual([]);
      for (const statement of sql(order)) await tampered.run(statement);
      const expected = so(order);
      const violations = await news();
      expect(violations.map(({ orderId: _, ...violation }) => violation)).toEqual(expected);
      const ofOrders = violations.filter(({ invariant }) => invariant !== "BALANCES_SUM_UP");
      expect(ofOrders.every(({ orderId }) => orderId === order.orderId)).toBe(true);
    });

    it("given two orders of one client_order_id, so finds just that, once", async () => {
      const account = freshAccount();
      const first = await filledOrder(tampered.store, { account });
      const second = await filledOrder(tampered.store, { account });
      expect(await news()).toEqual([]);
      const [taken, own] = [first.instruction.clientOrderId, second.instruction.clientOrderId];
      await tampered.run("DROP INDEX orders_client_order_id");
      await tampered.run(`UPDATE orders SET client_order_id = '${taken}' ${at(second)}`);
      const cause = `replace(CAST(cause AS text), '"${own}"', '"${taken}"')`;
      await tampered.run(
        `UPDATE order_events SET client_order_id = '${taken}', cause = ${tampered.json(cause)} ${at(second)}`,
      );
      expect(await news()).toEqual([
        {
          invariant: "ONE_ORDER_PER_CLIENT_ORDER_ID",
          orderId: second.orderId,
          subject: `client_order_id ${taken} of ${account}`,
          expected: second.orderId,
          stored: `${first.orderId}, ${second.orderId}`,
        },
      ]);
    });
  });
}

describePlants("SQLite", tamperedSqlite);
const adminUrl = await findPostgres();
describe.skipIf(adminUrl === undefined)("with a Postgres at hand", () => {
  describePlants("Postgres", () => tamperedPostgres(adminUrl ?? ""));
});
