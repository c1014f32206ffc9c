import { type Decimal, decimal, sign } from "@surefill/core";
import { refuse, type SpotRefusal } from "../exchange/spot-refusal.ts";
import { zero } from "../exchange/wire-decimal.ts";

const decimalRange = String.raw`^([0-9]{1,20})(\.[0-9]{1,20})?$`;
const decimalPattern = new RegExp(decimalRange);
const integerRange = "^[0-9]{1,20}$";
const integerPattern = new RegExp(integerRange);
const places = 8;

/** A request's parameters, from query and body, each checked as it is read. */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>;
  readonly #read = new Set<string>();

  /** @throws SpotRefusal −1101 for a parameter that stands twice in one of them; of both, the query's counts. */
  constructor(query: string, body: string) {
    this.#values = new Map([...pairsOf(body), ...pairsOf(query)]);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** @throws SpotRefusal −1105 if it was sent empty. */
  text(name: string): string | undefined {
    const value = this.#values.get(name);
    this.#read.add(name);
    if (value === "") throw refuse.empty(name);
    return value;
  }

  required(name: string): string {
    const value = this.#values.get(name);
    this.#read.add(name);
    if (value === undefined || value === "") throw refuse.missing(name);
    return value;
  }

  /** 0 where it was not sent. @throws SpotRefusal −1100, −1102 or −1111 for what is no decimal greater than zero. */
  decimal(name: string): Decimal {
    const text = this.text(name);
    if (text === undefined) return zero;
    if (!decimalPattern.test(text)) throw refuse.illegal(name, decimalRange);
    const [whole = "", fraction = ""] = text.split(".");
    const value = decimal(`${whole.replace(/^0+(?=\d)/, "")}.${fraction.padEnd(1, "0")}`);
    if ((value.split(".")[1]?.length ?? 0) > places) throw refuse.precision(name);
    if (sign(value) === 0) throw refuse.missing(name);
    return value;
  }

  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!integerPattern.test(text)) throw refuse.illegal(name, integerRange);
    return Number(text);
  }

  oneOf<Value extends string>(name: string, values: readonly Value[], refusal: SpotRefusal): Value | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw refusal;
    return value;
  }

  /** Everything must have been asked for. @throws SpotRefusal −1104 if something was not. */
  finish(): void {
    const unread = [...this.#values.keys()].filter((name) => !this.#read.has(name));
    if (unread.length > 0) throw refuse.unread(this.#values.size - unread.length, this.#values.size);
  }
}

function pairsOf(text: string): ReadonlyMap<string, string> {
  const pairs = [...new URLSearchParams(text)];
  const map = new Map(pairs);
  if (map.size !== pairs.length) throw refuse.duplicateParameter();
  return map;
}
