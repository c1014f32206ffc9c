import { Secret } from "@surefill/core";
import { describe, expect, it } from "vitest";
import { resolveSecrets } from "./resolve-secrets.ts";

describe("resolving secrets", () => {
  it("given references, so each is the secret of its variable, and all else is as it was", () => {
    const config = { mode: "live", credentials: { main: { apiKey: { env: "KEY" } } }, list: [{ env: "KEY" }, 1, null] };
    const resolved = resolveSecrets(config, { KEY: "hunter2" }, "venues.x.config");
    expect(resolved).toMatchObject({ mode: "live", credentials: { main: { apiKey: expect.any(Secret) } } });
    expect(resolved.list).toEqual([expect.any(Secret), 1, null]);
    const [first] = resolved.list as [Secret];
    expect(first.reveal()).toBe("hunter2");
  });

  it("given a variable's name among other keys, so it is no reference", () => {
    expect(resolveSecrets({ a: { env: "KEY", b: 1 } }, { KEY: "hunter2" }, "x")).toEqual({ a: { env: "KEY", b: 1 } });
  });

  it.each([
    ["a variable that is not set", { key: { env: "ABSENT" } }, /config\.key.*ABSENT is not set/],
    ["an empty variable", { key: { env: "EMPTY" } }, /EMPTY is not set/],
    ["what is no name", { key: { env: "not a name" } }, /config\.key.*name of an environment variable/],
    ["no text as the name", { list: [{ env: 7 }] }, /config\.list\.0/],
  ])("given %s, so it is refused by place and name, and no value is told", (_given, config, words) => {
    const resolve = () => resolveSecrets(config, { EMPTY: "", OTHER: "hunter2" }, "config");
    expect(resolve).toThrow(words);
    expect(resolve).not.toThrow(/hunter2/);
  });

  it("given a config without an end, so it is refused", () => {
    let config: Record<string, unknown> = {};
    for (let depth = 0; depth < 30; depth += 1) config = { deeper: config };
    expect(() => resolveSecrets(config, {}, "x")).toThrow(/levels deep/);
  });
});
