import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { errorDomain } from "./bad-request.ts";

/**
 * Turns what a handler throws and is no ConnectError, which is a bug, into INTERNAL with reason INTERNAL. `report`
 * gets the error itself; the caller gets none of its text.
 */
export function unexpectedErrors(report: (error: unknown, rpc: string) => void): Interceptor {
  return (next) => async (request) => {
    const rpc = `${request.service.typeName}/${request.method.name}`;
    const guarded = (error: unknown): ConnectError => {
      if (error instanceof ConnectError) return error;
      // The caller went away, its time ran out, or the server closes: the signal's reason says which.
      const isAbort = error === request.signal.reason || (error instanceof Error && error.name === "AbortError");
      if (request.signal.aborted && isAbort) return ConnectError.from(request.signal.reason, Code.Canceled);
      report(error, rpc);
      return new ConnectError("a bug in the server; its log has more", Code.Internal, undefined, [
        { desc: ErrorInfoSchema, value: { reason: "INTERNAL", domain: errorDomain, metadata: { rpc } } },
      ]);
    };
    try {
      const response = await next(request);
      return response.stream ? { ...response, message: guardedMessages(response.message, guarded) } : response;
    } catch (error) {
      throw guarded(error);
    }
  };
}

async function* guardedMessages<Message>(
  messages: AsyncIterable<Message>,
  guarded: (error: unknown) => ConnectError,
): AsyncGenerator<Message, void, undefined> {
  try {
    yield* messages;
  } catch (error) {
    throw guarded(error);
  }
}
