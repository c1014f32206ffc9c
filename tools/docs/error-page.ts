import { errorCodes } from "@surefill/core";

/** docs/errors.md, from the table of codes. */
export function errorPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { retry, rpc, doc }]) => `| \`${code}\` | ${doc} | ${retry} | ${rpc} |`,
  );
  return [
    "# Error codes",
    "",
    "<!-- Generated from libs/core/src/error/error-code.ts by `npm run docs`; don't edit. -->",
    "",
    "A code stands in an order's `last_error.code`, and in `google.rpc.ErrorInfo.reason` (domain `surefill`) where a call",
    "ends with it. Codes are never removed or given another meaning. **Retry**: *retryable*, nothing was done and another",
    "attempt may succeed (core makes it, by its policy); *fatal*, another attempt would meet the same answer; *unknown*,",
    "nobody knows whether the venue acted, so evidence comes first. **RPC** is the code of a call that ends with it.",
    "",
    "| code | meaning | retry | RPC |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
