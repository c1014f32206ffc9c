import type { Clock } from "@surefill/core";
import type { Limits } from "../exchange/settings.ts";
import { refuse } from "../exchange/spot-refusal.ts";

const minuteMs = 60_000;
const fiveMinutesMs = 300_000;
const banMsMax = 3 * 86_400_000;

/** The limits on an address: weight a minute, requests in five, and the ban of who does not listen. */
export class RequestLimits {
  readonly #limits: Limits;
  readonly #clock: Clock;
  #minute = 0;
  #weight = 0;
  #fiveMinutes = 0;
  #requests = 0;
  #ignored = 0;
  #bans = 0;
  #bannedUntilMs = 0;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** The weight used in the running minute. */
  get usedWeight(): number {
    return this.#weight;
  }

  /** @throws SpotRefusal 429 beyond a limit, 418 while banned. */
  take(weight: number): void {
    const nowMs = this.#nowMs();
    this.#turn(nowMs);
    if (nowMs < this.#bannedUntilMs) throw this.#banned(nowMs);
    this.#weight += weight;
    this.#requests += 1;
    const { weightPerMinute, requestsPerFiveMinutes, patience } = this.#limits;
    if (this.#weight <= weightPerMinute && this.#requests <= requestsPerFiveMinutes) return;
    this.#ignored += 1;
    if (this.#ignored > patience) throw this.#ban(nowMs);
    const endMs =
      this.#weight > weightPerMinute ? (this.#minute + 1) * minuteMs : (this.#fiveMinutes + 1) * fiveMinutesMs;
    throw refuse.tooManyRequests(weightPerMinute, endMs - nowMs);
  }

  #ban(nowMs: number) {
    this.#bannedUntilMs = nowMs + Math.min(banMsMax, this.#limits.banMs * 2 ** this.#bans);
    this.#bans += 1;
    this.#ignored = 0;
    return this.#banned(nowMs);
  }

  #banned(nowMs: number) {
    return refuse.banned(this.#bannedUntilMs, this.#bannedUntilMs - nowMs);
  }

  #turn(nowMs: number): void {
    const [minute, fiveMinutes] = [Math.floor(nowMs / minuteMs), Math.floor(nowMs / fiveMinutesMs)];
    if (minute !== this.#minute) [this.#minute, this.#weight, this.#ignored] = [minute, 0, 0];
    if (fiveMinutes !== this.#fiveMinutes) [this.#fiveMinutes, this.#requests] = [fiveMinutes, 0];
  }

  #nowMs(): number {
    return Math.floor(this.#clock.wall() / 1_000);
  }
}
