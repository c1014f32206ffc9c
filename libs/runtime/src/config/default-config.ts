/**
 * What a fresh clone runs on: the embedded store and the paper venue, whose simulated exchange both processes reach
 * over a loopback port and whose book survives restarts.
 */
export const defaultConfig = {
  store: { kind: "sqlite", file: "data/surefill.db" },
  metrics: { serverPort: 7402, trackerPort: 7403 },
  venues: {
    sim: {
      plugin: "@surefill/venue-sim",
      accounts: ["paper"],
      concurrencyMax: 16,
      config: {
        exchange: { port: 7401 },
        logFile: "data/sim-exchange.jsonl",
      },
    },
  },
} as const;
