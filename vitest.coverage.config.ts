import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.ts";

const all = { branches: 100, functions: 100, lines: 100, statements: 100 };

/** `npm run test:coverage`: what the specs reach of the sources, and the least that they must. */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      coverage: {
        enabled: true,
        provider: "v8",
        // Not bench: it measures, and is judged by its figures.
        include: ["{apps,libs}/*/src/**/*.ts", "simulation/**/*.ts", "tools/**/*.ts"],
        // Generated; and what runs as a process of its own, which is not looked into.
        exclude: ["**/gen/**", "**/*.spec.ts", "**/main.ts", "**/worker-thread.ts"],
        reporter: ["text-summary", "json-summary", "html"],
        reportsDirectory: "coverage",
        thresholds: {
          lines: 85,
          "libs/core/src/{order,money,retry,position,execution,tracking}/**": all,
        },
      },
    },
  }),
);
