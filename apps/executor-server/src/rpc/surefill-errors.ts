import type { Interceptor } from "@connectrpc/connect";
import { SurefillError } from "@surefill/core";
import { rpcError } from "./rpc-error.ts";

/** Faults that have a code of ours reach the caller with it; what has none is left to the wire, which hides its text. */
export const surefillErrors: Interceptor = (next) => async (request) => {
  try {
    const response = await next(request);
    return response.stream ? { ...response, message: mapped(response.message) } : response;
  } catch (error) {
    throw mappedError(error);
  }
};

async function* mapped<Message>(messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  try {
    yield* messages;
  } catch (error) {
    throw mappedError(error);
  }
}

function mappedError(error: unknown): unknown {
  return error instanceof SurefillError && error.code !== "INTERNAL" ? rpcError(error.toOrderError()) : error;
}
