import { Secret } from "@surefill/core";
import { describe, expect, test } from "vitest";
import { Redaction } from "./redaction.ts";

const redaction = new Redaction([new Secret("my+key"), new Secret('se"cret')]);

describe("redaction", () => {
  test.each([
    ["a key in a text", "no access for my+key here"],
    ["a key in a URL", "GET https://x.y/z?apiKey=my%2Bkey failed"],
    ["a secret in JSON", JSON.stringify({ echoed: 'se"cret' })],
    ["a signature in a URL", "https://x.y/z?a=1&signature=deadbeef timed out"],
    ["a signature in a body", "symbol=A&signature=deadbeef"],
    ["a signature in JSON", '{"sign":"deadbeef"}'],
    ["a token", "authorization: Bearer deadbeef"],
    ["a digest by itself", `no: ${"deadbeef".repeat(8)}`],
    ["a digest as base64", `no: ${Buffer.from("deadbeef".repeat(8), "hex").toString("base64")}`],
    ["a web token", "no: eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkZWFkYmVlZiJ9.c2ln"],
  ])("given %s, so it is gone", (_given, text) => {
    expect(redaction.all(text)).not.toMatch(/my\+key|my%2Bkey|se\\?"cret|deadbeef|3q2+7w|eyJ/);
  });

  test("given an exchange's plain words, so they stay", () => {
    const text = '{"code":-2010,"msg":"Account has insufficient balance for requested action."}';
    expect(redaction.all(text)).toBe(text);
  });

  test("given an endless message, so it is cut", () => {
    expect(redaction.message("x".repeat(1e5))).toHaveLength(2_000);
  });
});
