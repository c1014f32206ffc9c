import { type Log, type Store, SurefillError } from "@surefill/core";

export async function openPostgresStore(_url: string, _log: Log): Promise<Store> {
  throw new SurefillError("STORE_UNAVAILABLE", "not yet");
}
