import { defineConfig } from "vitest/config";

/** What mutants of core's rules must not survive: the specs of those rooms themselves. */
export default defineConfig({
  test: { include: ["libs/core/src/{order,execution,tracking,retry,money,position,desk}/**/*.spec.ts"] },
});
