import type { Client } from "@connectrpc/connect";
import type { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import type { PlannedOrder } from "./order-plan.ts";
import type { Patience } from "./patience.ts";

/** What the service has told about one order. Whatever it told must hold at the end. */
export interface Promised {
  readonly clientOrderId: string;
  readonly account: string;
  /** ExecuteOrder has answered with an order: it may not be lost any more. */
  acknowledged: boolean;
  /** CancelOrder has answered: the order may not rest any more. */
  cancelled: boolean;
  /** A call that never got an answer, or one that no repetition can help; the reason. */
  failure?: string;
}

/** How long a call may take before it is repeated. */
const callMsMax = 5_000;

/** The client that trades. */
export class Trader {
  readonly promised: Promised[] = [];
  readonly #patience: Patience<Client<typeof ExecutionService>>;

  constructor(patience: Patience<Client<typeof ExecutionService>>) {
    this.#patience = patience;
  }

  /** Executes an order, and cancels it if that is the plan. Never rejects: what failed stands in `promised`. */
  async trade({ request, cancel }: PlannedOrder): Promise<void> {
    const { clientOrderId, account } = request;
    const promised: Promised = { clientOrderId, account, acknowledged: false, cancelled: false };
    this.promised.push(promised);
    try {
      await this.#patience.repeat((server) => server.executeOrder(request, { timeoutMs: callMsMax }));
      promised.acknowledged = true;
      if (!cancel) return;
      const key = { case: "clientOrder", value: { account, clientOrderId } } as const;
      const call = { key, reason: "planned" };
      await this.#patience.repeat((server) => server.cancelOrder(call, { timeoutMs: callMsMax }));
      promised.cancelled = true;
    } catch (error) {
      promised.failure = error instanceof Error ? error.message : String(error);
    }
  }
}
