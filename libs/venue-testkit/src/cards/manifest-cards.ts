import { type Capabilities, venueApiVersion } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustEqual, show } from "../check.ts";
import type { Trial } from "../trial.ts";

const subject = "manifest";

/** The manifest's claims, and how a library is opened. */
export const manifestCards: readonly Card[] = [
  {
    id: "V-101",
    subject,
    title: "given the manifest, so it is of this version of the port and its claims hold together",
    why:
      "Core reads what a venue can do from its manifest alone. A claim that contradicts another one, or that is listed " +
      "twice, is a mistake that would show only with an order.",
    run: async ({ manifest }) => {
      const { orderTypes, timesInForce, lookupBySubmitKey, clientOrderIds } = manifest.capabilities;
      mustEqual("its apiVersion", manifest.apiVersion, venueApiVersion);
      must(/^[a-z0-9][a-z0-9_-]{0,35}$/.test(manifest.name), "a name of a–z 0–9 _ -", manifest.name);
      must(orderTypes.length > 0 && isUnique(orderTypes), "order types, each once", orderTypes);
      must(timesInForce.length > 0 && isUnique(timesInForce), "times in force, each once", timesInForce);
      must(!lookupBySubmitKey || clientOrderIds, "clientOrderIds where lookupBySubmitKey is claimed", manifest);
    },
  },
  {
    id: "V-102",
    subject,
    title: "given its rate limits, so each has a name of its own and whole, positive figures",
    why: "The budget of requests is counted by these. Take them from the venue's documentation; an empty list is no limit.",
    run: async ({ manifest: { rateLimits } }) => {
      must(isUnique(rateLimits.map(({ name }) => name)), "names of their own", rateLimits);
      for (const limit of rateLimits) {
        const figures = [limit.requestsMax, limit.windowMs];
        must(figures.every(isWholePositive), "whole figures above 0", limit);
        const costs = Object.values(limit.costs ?? {});
        must(
          costs.every((cost) => Number.isInteger(cost) && cost >= 0 && cost <= limit.requestsMax),
          "costs that are whole and fit into the limit",
          limit,
        );
      }
    },
  },
  {
    id: "V-103",
    subject,
    title: "given a config with a key that the schema does not know, so the library is not opened",
    why:
      "A mistyped key that is passed over in silence trades with a default that nobody chose. Make the schema strict: " +
      "`z.strictObject`, and every object in it.",
    run: async (trial) => {
      const config = trial.stand.config;
      must(typeof config === "object" && config !== null, "a config that is an object", config);
      await mustRefuse(trial, { ...config, thisKeyIsNotKnown: true });
    },
  },
  {
    id: "V-104",
    subject,
    title: "given a config that is none (null, a text, a number, a list), so it is refused in so many words",
    why: "The configuration file is written by people. What the schema refuses is told by it, not by a TypeError later.",
    run: async (trial) => {
      for (const config of [null, "config", 7, []]) await mustRefuse(trial, config);
    },
  },
  {
    id: "V-105",
    subject,
    title: "given its claims of streams and cancelAll, so these methods exist where they are claimed and nowhere else",
    why: "Core calls what is claimed, and nothing else: a method without its claim is dead, a claim without its method a trap.",
    run: async ({ venue, claims }) => {
      mustEqual("watch exists", venue.watch !== undefined, claims.streams);
      mustEqual("cancelAll exists", venue.cancelAll !== undefined, claims.cancelAll !== false);
    },
  },
  {
    id: "V-106",
    subject,
    title: "given that it was opened, so it placed and cancelled nothing",
    why: "A server that starts must not trade. Whatever `create` asks the venue for, it is questions.",
    run: async (trial) => {
      for (const operation of ["SUBMIT", "CANCEL", "CANCEL_ALL"] as const) {
        mustEqual(`requests to ${operation}`, await trial.requests(operation), 0);
      }
      mustEqual("the counterpart's log", await trial.stand.log(), []);
    },
  },
  {
    id: "V-107",
    subject,
    title: "given that it is opened twice, so closing one leaves the other at work",
    why: "Processes open a library more than once, as when one venue prices another. Keep no state in the module.",
    run: async (trial) => {
      const { venue } = await trial.load();
      await venue.close();
      await trial.place();
    },
  },
  {
    id: "V-108",
    subject,
    title: "given the manifest of what was opened, so it makes every claim that the port knows, one way or the other",
    why: "A claim that is left out, as when a manifest is made from a configuration, is read as no by some and as yes by others.",
    run: async ({ manifest, conformance }) => {
      const claimed = Object.keys(manifest.capabilities).sort() as (keyof Capabilities)[];
      mustEqual("the claims that it makes", claimed, Object.keys(conformance.plugin.manifest.capabilities).sort());
    },
  },
];

function isUnique(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

function isWholePositive(figure: number): boolean {
  return Number.isSafeInteger(figure) && figure > 0;
}

async function mustRefuse(trial: Trial, config: unknown): Promise<void> {
  const refused = await trial.load(config).then(
    () => "it was opened",
    (thrown: unknown) => thrown,
  );
  const isRefusal = refused instanceof Error && "code" in refused && refused.code === "CONFIG_INVALID";
  must(isRefusal, `CONFIG_INVALID for the config ${show(config)}`, refused);
}
