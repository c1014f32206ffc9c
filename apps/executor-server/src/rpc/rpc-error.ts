import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { errorCodes, type OrderError, type RpcCode } from "@surefill/core";
import { errorDomain } from "../wire/bad-request.ts";

const codes: Readonly<Record<RpcCode, Code>> = {
  INVALID_ARGUMENT: Code.InvalidArgument,
  NOT_FOUND: Code.NotFound,
  ALREADY_EXISTS: Code.AlreadyExists,
  FAILED_PRECONDITION: Code.FailedPrecondition,
  RESOURCE_EXHAUSTED: Code.ResourceExhausted,
  UNAVAILABLE: Code.Unavailable,
  ABORTED: Code.Aborted,
  OUT_OF_RANGE: Code.OutOfRange,
  INTERNAL: Code.Internal,
};

/** When a caller may repeat a call that the service could not take. */
const retryAfterSeconds = 1n;

/** The one place that maps our errors to RPC errors: ErrorInfo always, the field where there is one. */
export function rpcError({ code, message, context }: OrderError): ConnectError {
  const { rpc, retry } = errorCodes[code];
  const { field } = context;
  const canRepeat = retry === "retryable" && (rpc === "UNAVAILABLE" || rpc === "RESOURCE_EXHAUSTED");
  return new ConnectError(message, codes[rpc], undefined, [
    { desc: ErrorInfoSchema, value: { reason: code, domain: errorDomain, metadata: { ...context } } },
    ...(field !== undefined && rpc === "INVALID_ARGUMENT"
      ? [{ desc: BadRequestSchema, value: { fieldViolations: [{ field, description: message, reason: code }] } }]
      : []),
    ...(canRepeat ? [{ desc: RetryInfoSchema, value: { retryDelay: { seconds: retryAfterSeconds } } }] : []),
  ]);
}
