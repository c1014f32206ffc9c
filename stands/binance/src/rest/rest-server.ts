import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock, Log, Random } from "@surefill/core";
import type { StandOperation } from "@surefill/venue-testkit";
import type { AccountSettings } from "../exchange/settings.ts";
import type { SpotExchange } from "../exchange/spot-exchange.ts";
import { refuse, SpotRefusal } from "../exchange/spot-refusal.ts";
import { deliver, send } from "../fault/deliver.ts";
import { type Fault, faultName } from "../fault/fault.ts";
import type { FaultBox } from "../fault/fault-box.ts";
import { operationCounts } from "../operation-counts.ts";
import type { Authentication, SignedRequest } from "./authenticate.ts";
import { type HttpAnswer, jsonAnswer, notFoundAnswer, refusalAnswer } from "./http-answer.ts";
import { Parameters } from "./parameters.ts";
import { RequestLimits } from "./request-limits.ts";
import { type Route, routes } from "./routes.ts";

const bodyBytesMax = 64 * 1024;
const heldMax = 1_000;

export interface RestPorts {
  readonly exchange: SpotExchange;
  readonly authentication: Authentication;
  readonly faults: FaultBox;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Aborts when the stand closes. */
  readonly signal: AbortSignal;
}

interface Arrived extends SignedRequest {
  readonly route: Route;
}

/** Binance's REST interface over an exchange, with whatever goes wrong on the way. */
export class RestServer {
  readonly #ports: RestPorts;
  readonly #limits: RequestLimits;
  readonly #held: (() => void)[] = [];
  readonly #counts = operationCounts();

  constructor(ports: RestPorts) {
    this.#ports = ports;
    this.#limits = new RequestLimits(ports.exchange.settings.limits, ports.clock);
  }

  /** Requests that arrived, by what they asked for; also those that met a fault or were refused. */
  get requests(): Readonly<Record<StandOperation, number>> {
    return { ...this.#counts };
  }

  /** Lets the requests that are held back arrive now. */
  deliverHeld(): void {
    for (const arrive of this.#held.splice(0)) arrive();
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#handle(request, response).catch((error: unknown) => {
      this.#ports.log.error({ error }, "a request could not be answered");
      response.destroy();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Who asks may be gone before the answer is: that is part of the game.
    response.on("error", () => {});
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    const body = await bodyOf(request);
    const route = routes[`${request.method} ${path}`];
    if (route === undefined || body === undefined) return send(response, notFoundAnswer());
    const apiKey = request.headers["x-mbx-apikey"];
    const arrived = { route, query, body, apiKey: Array.isArray(apiKey) ? apiKey[0] : apiKey };
    this.#counts[route.operation] += 1;
    const fault = this.#ports.faults.next({
      operation: route.operation,
      account: this.#ports.authentication.accountOf(arrived.apiKey),
    });
    this.#note(arrived, fault);
    await this.#answerUnder(fault, arrived, response);
  }

  async #answerUnder(fault: Fault | undefined, arrived: Arrived, response: ServerResponse): Promise<void> {
    const { clock, signal } = this.#ports;
    if (fault?.kind === "HELD_BACK") {
      response.destroy();
      return this.#holdBack(arrived, fault.ms);
    }
    if (fault?.kind === "DELAYED" && fault.when === "BEFORE") await clock.sleep(fault.ms, signal);
    if (signal.aborted) return;
    const isBefore = fault !== undefined && "when" in fault && fault.when === "BEFORE" && fault.kind !== "DELAYED";
    const answer = isBefore ? jsonAnswer(200, {}, this.#headers()) : this.#answer(arrived, fault);
    await deliver(response, answer, fault, { clock, signal });
  }

  #holdBack(arrived: Arrived, ms: number | undefined): void {
    const arrive = () => void this.#answer(arrived, undefined);
    if (ms === undefined) {
      if (this.#held.length >= heldMax) throw new RangeError(`more than ${heldMax} requests are held back`);
      this.#held.push(arrive);
      return;
    }
    const { clock, signal, log } = this.#ports;
    const later = clock.sleep(ms, signal).then(() => (signal.aborted ? undefined : arrive()));
    later.catch((error: unknown) => log.error({ error }, "a request that was held back failed"));
  }

  /** What the exchange does and says; over at once. */
  #answer(arrived: Arrived, fault: Fault | undefined): HttpAnswer {
    try {
      const value = this.#perform(arrived);
      if (fault?.kind === "HIDDEN" && typeof value === "object" && value !== null && "orderId" in value) {
        this.#ports.exchange.hide(Number(value.orderId), fault.ms);
      }
      return jsonAnswer(200, value, { ...this.#headers(), ...this.#orderCountHeaders(arrived) });
    } catch (error) {
      if (error instanceof SpotRefusal) return refusalAnswer(error, this.#headers());
      throw error;
    }
  }

  #perform(arrived: Arrived): unknown {
    const { exchange, random } = this.#ports;
    const { route, query, body } = arrived;
    const parameters = new Parameters(query, body);
    this.#limits.take(typeof route.weight === "number" ? route.weight : route.weight(parameters));
    const account = this.#accountOf(arrived, parameters);
    const nextId = () => Buffer.from(random.bytes(11)).toString("hex");
    const value = route.answer({ exchange, parameters, account, nextId });
    parameters.finish();
    return value;
  }

  #accountOf({ route, query, body, apiKey }: Arrived, parameters: Parameters): AccountSettings {
    const { exchange, authentication } = this.#ports;
    if (route.permission === undefined) return firstOf(exchange.settings.accounts);
    try {
      return authentication.check({ apiKey, query, body }, parameters, route.permission, exchange.now());
    } catch (error) {
      const account = authentication.accountOf(apiKey);
      const clientOrderId = route.operation === "SUBMIT" ? parameters.text("newClientOrderId") : undefined;
      // The log tells which orders came in too late, too.
      if (error instanceof SpotRefusal && account !== undefined && clientOrderId !== undefined) {
        exchange.noteRefusal(account, clientOrderId, error);
      }
      throw error;
    }
  }

  #note({ route, query, body, apiKey }: Arrived, fault: Fault | undefined): void {
    const { operation } = route;
    if (operation !== "SUBMIT" && operation !== "CANCEL" && operation !== "CANCEL_ALL") return;
    const sent = new URLSearchParams(`${query}&${body}`);
    const clientOrderId = sent.get(operation === "SUBMIT" ? "newClientOrderId" : "origClientOrderId");
    const apiKeyOf = this.#ports.authentication.accountOf(apiKey);
    this.#ports.exchange.note({
      operation,
      ...(apiKeyOf !== undefined && { apiKeyOf }),
      ...(clientOrderId !== null && { clientOrderId }),
      ...(fault !== undefined && { fault: faultName(fault) }),
    });
  }

  #headers(): HttpAnswer["headers"] {
    const weight = String(this.#limits.usedWeight);
    return { "x-mbx-uuid": "stand", "x-mbx-used-weight": weight, "x-mbx-used-weight-1m": weight };
  }

  #orderCountHeaders({ route, apiKey }: Arrived): HttpAnswer["headers"] {
    const account = this.#ports.authentication.accountOf(apiKey);
    if (route.operation !== "SUBMIT" || account === undefined) return {};
    const [tenSeconds, day] = this.#ports.exchange.orderCounts(account);
    return {
      "x-mbx-order-count-10s": String(tenSeconds?.count ?? 0),
      "x-mbx-order-count-1d": String(day?.count ?? 0),
    };
  }
}

/** Undefined for one that is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function firstOf<T>(values: readonly T[]): T {
  const [first] = values;
  if (first === undefined) throw refuse.key();
  return first;
}
