import type { ClientOrderId, Instruction } from "@surefill/core";

/**
 * What can't be done with a poisonous order, ever: its row can't be written once it is placed (commit) or once its
 * attempt is durable (answer), or its venue's library throws when it prepares it (prepare).
 */
export const poisons = ["commit", "answer", "prepare"] as const;

export type Poison = (typeof poisons)[number];

const prefix = "poison-";

/** The name of a poisonous order; callers can't give it, for they name theirs otherwise. */
export function poisonName(poison: Poison, number: number): string {
  return `${prefix}${poison}-${number}`;
}

export function poisonOf(clientOrderId: ClientOrderId): Poison | undefined {
  if (!clientOrderId.startsWith(prefix)) return undefined;
  return poisons.find((poison) => clientOrderId.startsWith(`${prefix}${poison}-`));
}

/** Whether its row can't be written, so that it can't end. One that can't be prepared ends as any other. */
export function isPoisonous({ instruction }: { readonly instruction: Pick<Instruction, "clientOrderId"> }): boolean {
  const poison = poisonOf(instruction.clientOrderId);
  return poison === "commit" || poison === "answer";
}
