import { describe, expect, it } from "vitest";
import { simulateOptions, usage } from "./options.ts";

const plants = ["bug-one", "bug-two"];

describe("the options of the simulation", () => {
  it("given none, so a hundred seeds from the first one", () => {
    expect(simulateOptions([], plants)).toMatchObject({ seeds: 100, from: 1, json: false });
    expect(simulateOptions([], plants)).not.toHaveProperty("plant");
  });

  it("given all, so they are as given", () => {
    const argv = ["--seeds", "7", "--from", "40", "--plant", "bug-two", "--workers", "3", "--json"];
    expect(simulateOptions(argv, plants)).toEqual({ seeds: 7, from: 40, json: true, workers: 3, plant: "bug-two" });
  });

  it.each([
    ["a bug that is none", ["--plant", "bug"], /there is no such bug; give all, or one of bug-one, bug-two/],
    ["no seeds", ["--seeds", "0"], /--seeds 0: give 1 to/],
    ["half a seed", ["--from", "1.5"], /--from 1.5/],
    ["no workers", ["--workers", "none"], /--workers none/],
    ["an option that is none", ["--seed", "1"], /--seed/],
  ])("given %s, so it says what to give", (_given, argv, message) => {
    expect(() => simulateOptions(argv, plants)).toThrow(message);
  });

  it("given --help, so the text names every option and every bug", () => {
    expect(simulateOptions(["--help"], plants)).toBe("help");
    for (const word of ["--seeds", "--from", "--plant", "--workers", "--json", ...plants])
      expect(usage(plants)).toContain(word);
  });
});
