import type { AccountId, Clock, InstrumentId, VenueEnvironment } from "@surefill/core";
import { CcxtClient } from "./ccxt-client.ts";
import type { CcxtExchange } from "./ccxt-exchange.ts";
import type { CcxtConfig, Credentials } from "./config.ts";
import { aimAt } from "./exchange-hosts.ts";
import type { ExchangeProfile } from "./exchange-profile.ts";
import { type ListedMarket, listMarkets } from "./instruments.ts";
import { loadExchange } from "./load-exchange.ts";
import { Redaction } from "./redaction.ts";
import { Session } from "./session.ts";
import { Transport } from "./transport.ts";
import { VenueClock } from "./venue-clock.ts";

/** What all sessions at an exchange share: its class as configured, its clock, its markets. */
export class Connection {
  readonly profile: ExchangeProfile;
  readonly clock: VenueClock;
  readonly public: Session;
  readonly #sessions: ReadonlyMap<AccountId, Session>;
  readonly #exchanges: readonly CcxtExchange[];
  readonly #symbols: readonly InstrumentId[];
  readonly #closing: AbortController;
  #markets: ReadonlyMap<InstrumentId, ListedMarket> = new Map();

  private constructor(
    profile: ExchangeProfile,
    clock: VenueClock,
    open: Session,
    sessions: ReadonlyMap<AccountId, Session>,
    symbols: readonly InstrumentId[],
    closing: AbortController,
  ) {
    this.profile = profile;
    this.clock = clock;
    this.public = open;
    this.#sessions = sessions;
    this.#exchanges = [...sessions.values()].map(({ exchange }) => exchange);
    this.#symbols = symbols;
    this.#closing = closing;
  }

  /** @throws SurefillError CONFIG_INVALID for an exchange, a mode or an account that there isn't. */
  static async open(config: CcxtConfig, profile: ExchangeProfile, environment: VenueEnvironment): Promise<Connection> {
    const { clock, http, accounts } = environment;
    const Exchange = await loadExchange(config.exchange);
    const credentials = "credentials" in config ? config.credentials : {};
    const redaction = new Redaction(Object.values(credentials).flatMap(secretsOf));
    const venueClock = new VenueClock(clock, (signal) => askTime(open, clock, signal), config.clockAgeMsMax);

    const closing = new AbortController();
    const session = (of: Credentials | undefined): Session => {
      const exchange = new Exchange(optionsOf(config, profile, of));
      profile.adapt?.(exchange);
      const aimed = aimAt(exchange, config, profile);
      const { answerMsMax } = config;
      const origin = config.mode === "local" ? { origin: config.origin } : {};
      const transport = new Transport({ http, clock, closed: closing.signal, answerMsMax, ...aimed, ...origin });
      const client = new CcxtClient(exchange, () =>
        profile.growingStamps ? venueClock.stampMs() : venueClock.nowMs(),
      );
      return new Session({ client, transport, clock: venueClock, profile, redaction });
    };

    const open = session(undefined);
    const sessions = new Map(
      accounts.flatMap((account) => {
        const of = credentials[account];
        return of === undefined ? [] : [[account, session(of)] as const];
      }),
    );
    return new Connection(profile, venueClock, open, sessions, config.instruments, closing);
  }

  /** Nothing is sent any more; calls under way end. */
  close(): void {
    this.#closing.abort();
  }

  /** The account's own session; undefined where it has no credentials. */
  sessionOf(account: AccountId): Session | undefined {
    return this.#sessions.get(account);
  }

  /** Reads what the exchange lists, anew, for all sessions. */
  async loadMarkets(signal: AbortSignal): Promise<readonly ListedMarket[]> {
    // A first load that failed is what ccxt gives for ever unless it is told to reload.
    await this.public.read(
      (exchange) => exchange.loadMarkets(true),
      () => undefined,
      signal,
    );
    for (const exchange of this.#exchanges) exchange.setMarketsFromExchange(this.public.exchange);
    const listed = listMarkets(this.public.exchange, this.#symbols);
    this.#markets = new Map(listed.map((market) => [market.instrument.symbol, market]));
    return listed;
  }

  /** What is listed, as it was read last; read first where it never was. */
  async market(symbol: InstrumentId, signal: AbortSignal): Promise<ListedMarket | undefined> {
    await this.ensureMarkets(signal);
    return this.#markets.get(symbol);
  }

  async ensureMarkets(signal: AbortSignal): Promise<void> {
    if (this.#markets.size === 0) await this.loadMarkets(signal);
  }
}

async function askTime(session: Session, clock: Clock, signal: AbortSignal): Promise<number> {
  // Without a clock of its own an exchange is taken to show what ours does: nothing there is claimed to expire.
  if (session.exchange.has.fetchTime !== true) return Math.floor(clock.wall() / 1_000);
  const { value } = await session.read((exchange) => exchange.fetchTime(), Number, signal);
  return value;
}

/** ccxt as we use it: strings for numbers, no waiting, no retries, nothing asked that was not asked for. */
function optionsOf(
  { requestWindowMs }: CcxtConfig,
  profile: ExchangeProfile,
  credentials: Credentials | undefined,
): Readonly<Record<string, unknown>> {
  const { apiKey, secret, password } = credentials ?? {};
  return {
    number: String,
    enableRateLimit: false,
    newUpdates: true,
    has: { fetchCurrencies: false },
    options: {
      maxRetriesOnFailure: 0,
      adjustForTimeDifference: false,
      timeDifference: 0,
      ...profile.options({ requestWindowMs }),
    },
    ...(apiKey === undefined ? {} : { apiKey: apiKey.reveal() }),
    ...(secret === undefined ? {} : { secret: secret.reveal() }),
    ...(password === undefined ? {} : { password: password.reveal() }),
  };
}

function secretsOf({ apiKey, secret, password }: Credentials) {
  return [apiKey, secret, ...(password === undefined ? [] : [password])];
}
