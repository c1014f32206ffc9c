import { describe, expect, test } from "vitest";
import { assertLoopbackHost, hostOfAuthority, isLoopbackHost } from "./loopback.ts";

describe("what is this machine", () => {
  test.each(["127.0.0.1", "127.255.0.9", "::1", "[::1]", "localhost", "LocalHost"])("%s is", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
    expect(() => assertLoopbackHost(host)).not.toThrow();
  });

  test.each([
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "127.0.0.256",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "",
    "127.1",
  ])("%j is not, or can't be told to be", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
    expect(() => assertLoopbackHost(host)).toThrow(`Refusing to listen on "${host}"`);
  });
});

test.each([
  { authority: "127.0.0.1:50051", so: "127.0.0.1" },
  { authority: "localhost", so: "localhost" },
  { authority: "[::1]:50051", so: "[::1]" },
  { authority: "shop.example:80", so: "shop.example" },
  { authority: "localhost@evil.example", so: undefined },
  { authority: "localhost/path", so: undefined },
  { authority: "a b", so: undefined },
  { authority: "[", so: undefined },
  { authority: "", so: undefined },
])("given the authority $authority, so its host is $so", ({ authority, so }) => {
  expect(hostOfAuthority(authority)).toBe(so);
});
