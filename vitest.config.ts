import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "apps/*/src/**/*.spec.ts",
      "libs/*/src/**/*.spec.ts",
      "stands/*/src/**/*.spec.ts",
      "bench/src/**/*.spec.ts",
      "simulation/**/*.spec.ts",
      "tools/**/*.spec.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
