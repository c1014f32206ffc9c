// Connect calls a request that it cannot decode INTERNAL (bytes) or gives it no details (JSON, too large), before any
// interceptor runs. This makes them INVALID_ARGUMENT with the field at fault (too large: RESOURCE_EXHAUSTED, with a
// reason), in Connect, gRPC and gRPC-Web alike. It rests on one thing: a handler aborts its signal with the error before
// it serializes that same error. Specs pin this.
import { AsyncLocalStorage } from "node:async_hooks";
import type { JsonReadOptions } from "@bufbuild/protobuf";
import { isFieldError } from "@bufbuild/protobuf/reflect";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { badRequest, errorDomain } from "./bad-request.ts";
import { jsonViolations } from "./json-violations.ts";

/** The JSON that a call received last, kept until the call ends to say what is wrong with it. */
const received = new AsyncLocalStorage<{ json: string | undefined }>();

/** Runs the handling of one HTTP request, so that `explainUndecodable` knows what it received. */
export const rememberingJson = <Result>(handle: () => Result): Result => received.run({ json: undefined }, handle);

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** How requests in JSON are read: an unknown field is a typo in an order, and refused. */
export const jsonOptions: Partial<JsonReadOptions> & { textDecoder: { decode(bytes: Uint8Array): string } } = {
  ignoreUnknownFields: false,
  textDecoder: {
    decode(bytes) {
      const store = received.getStore();
      try {
        const json = utf8.decode(bytes);
        if (store) store.json = json;
        return json;
      } catch {
        throw badRequest({ field: "", fault: "REQUEST_MALFORMED", description: "not UTF-8" });
      }
    },
  },
};

/** A requestGate: refuses nothing, but from here on an error of decoding gets the code and details said above. */
export function explainUndecodable({ signal, method }: HandlerContext): void {
  const store = received.getStore();
  signal.addEventListener(
    "abort",
    () => {
      const error: unknown = signal.reason;
      if (!(error instanceof ConnectError)) return;
      const explained = explanation(error);
      // The handler serializes this very object next.
      if (explained) Object.assign(error, explained);
    },
    { once: true },
  );

  function explanation(error: ConnectError): Pick<ConnectError, "code" | "rawMessage" | "details"> | undefined {
    const { code, rawMessage, cause } = error;
    if (code === Code.ResourceExhausted && rawMessage.includes(" readMaxBytes ")) return tooLarge(rawMessage);
    const isJson =
      code === Code.InvalidArgument && cause instanceof Error && cause.message.startsWith("cannot decode ");
    const isBinary = code === Code.Internal && /^(parse binary: |decompression failed$)/.test(rawMessage);
    if (!isJson && !isBinary) return undefined;
    const [first, ...others] = isJson && store?.json !== undefined ? jsonViolations(method.input, store.json) : [];
    const field = cause instanceof Error && isFieldError(cause.cause) ? cause.cause.field().name : "";
    return badRequest(first ?? { field, fault: "REQUEST_MALFORMED", description: rawMessage }, ...others);
  }
}

function tooLarge(rawMessage: string): ConnectError {
  const message = rawMessage.replace(/configured readMaxBytes (\d+)/, "the limit of $1 bytes");
  return new ConnectError(message, Code.ResourceExhausted, undefined, [
    { desc: ErrorInfoSchema, value: { reason: "REQUEST_TOO_LARGE", domain: errorDomain } },
  ]);
}
