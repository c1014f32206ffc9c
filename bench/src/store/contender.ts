import type { OrderChange } from "@surefill/core";

/** Something that makes transitions durable. */
export interface Contender {
  readonly name: string;
  /** Resolves once the change is durable. */
  commit(change: OrderChange): Promise<void>;
  close(): Promise<void>;
}
