import { SurefillError } from "@surefill/core";
import type { CcxtExchange } from "./ccxt-exchange.ts";

/** How a ccxt exchange class is made: options in, an instance out. */
type ExchangeClass = new (options: Readonly<Record<string, unknown>>) => CcxtExchange;

const idPattern = /^[a-z0-9]{2,40}$/;

/**
 * The ccxt class of one exchange, loaded as one module: the whole library takes half a second and 80 MB. ccxt's
 * `exports` close its folders to imports by name, so the module is imported by where it lies.
 * @throws SurefillError CONFIG_INVALID for an exchange that ccxt doesn't have.
 */
export async function loadExchange(id: string): Promise<ExchangeClass> {
  const unknown = (cause?: unknown) =>
    new SurefillError("CONFIG_INVALID", `ccxt knows no exchange ${JSON.stringify(id)}`, {
      context: { field: "exchange", exchange: id },
      cause,
    });
  if (!idPattern.test(id)) throw unknown();
  const place = new URL(`./src/${id}.js`, import.meta.resolve("ccxt"));
  let module: { readonly default?: unknown };
  try {
    module = await import(place.href);
  } catch (thrown) {
    throw unknown(thrown);
  }
  if (typeof module.default !== "function") throw unknown();
  return module.default as ExchangeClass;
}
