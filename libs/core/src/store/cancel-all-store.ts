import type { TradingScope } from "../account/trading-state.ts";
import type { VenueAccount } from "../account/venue-account.ts";
import type { OrderError } from "../error/order-error.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { SignedQuantity } from "../money/signed-quantity.ts";
import type { OrderId, SubmitKey, VenueOrderId } from "../order/order-id.ts";
import type { PositionId } from "../position/position-id.ts";
import type { WallTime } from "../time/wall-time.ts";

/** What a CancelAll was asked to do; never changes. */
export interface CancelAllTerms {
  /** The caller's request id: the same one is the same campaign, for ever. */
  readonly campaignId: string;
  readonly scope: TradingScope;
  /** Orders that this service placed, or every open order at the venues. */
  readonly covers: "OWN_ONLY" | "ALL_AT_VENUE";
  /** Whether the scope was HALTED in the same step. */
  readonly halts: boolean;
  /** Our orders with purpose STOP or TARGET stay. */
  readonly keepsProtection: boolean;
  readonly operator: string;
  readonly reason: string;
  readonly requestedAt: WallTime;
}

export interface CancelAllFailure {
  /** Ours, where it is. */
  readonly orderId?: OrderId;
  /** As the venue has it. */
  readonly submitKey?: SubmitKey;
  readonly venueOrderId?: VenueOrderId;
  readonly error: OrderError;
}

/** A position that is held and whose stop was cancelled. */
export interface UnprotectedPosition {
  readonly instrument: InstrumentId;
  readonly positionId: PositionId;
  readonly quantity: SignedQuantity;
}

export interface CancelAllProgress {
  /** Our orders to be cancelled; of these, those whose wish to be is durable, and those that have ended. */
  readonly targets: number;
  readonly requested: number;
  readonly closed: number;
  /** Orders at the venue that this service did not place, and of these those that are gone from there. */
  readonly foreignTargets: number;
  readonly foreignClosed: number;
  /** Reads of the venue's open orders in turn that showed no target. */
  readonly cleanReads: number;
  /** What could not be done, at the last try; at most 100 of them. */
  readonly failures: readonly CancelAllFailure[];
  readonly unprotected: readonly UnprotectedPosition[];
}

/** A campaign at one venue account, worked off by who holds its lease. */
export interface CancelAllPart {
  readonly venueAccount: VenueAccount;
  /** INCOMPLETE: given up; what is left is among its failures, or still live. */
  readonly state: "RUNNING" | "DONE" | "INCOMPLETE";
  readonly progress: CancelAllProgress;
  readonly endedAt?: WallTime;
}

export interface CancelAllCampaign extends CancelAllTerms {
  /** By venue and account. */
  readonly parts: readonly CancelAllPart[];
}

/** One part of a campaign. */
export interface CancelAllPartKey {
  readonly campaignId: string;
  readonly venueAccount: VenueAccount;
}

/** An order that a campaign is to cancel: ours by its id, another's by what the venue knows it by. */
export type CancelAllTarget =
  | { readonly kind: "OWN"; readonly orderId: OrderId }
  | { readonly kind: "FOREIGN"; readonly submitKey: SubmitKey };

export const noProgress: CancelAllProgress = {
  ...{ targets: 0, requested: 0, closed: 0, foreignTargets: 0, foreignClosed: 0, cleanReads: 0 },
  failures: [],
  unprotected: [],
};

/** PORT: CancelAll campaigns. */
export interface CancelAllStore {
  /**
   * Begins a campaign with a part for each venue account, its event, the halt of its scope where it halts, and its OWN
   * targets: every order of ours that is live in its scope, but STOP and TARGET where it keeps protection. All in one
   * step, as TradingStateStore.set, so that no clock decides what was there before. Where the id is taken nothing
   * happens, and the campaign is given as it is.
   */
  begin(
    terms: CancelAllTerms,
    venueAccounts: readonly VenueAccount[],
  ): Promise<{ readonly kind: "BEGUN" | "FOUND"; readonly campaign: CancelAllCampaign }>;
  find(campaignId: string): Promise<CancelAllCampaign | undefined>;
  /** Campaigns with a RUNNING part at one of these venue accounts, oldest first; at most `limit`. */
  running(venueAccounts: readonly VenueAccount[], limit: number): Promise<readonly CancelAllCampaign[]>;
  /** Adds those that are not there yet; at most 1,000. */
  addTargets(part: CancelAllPartKey, targets: readonly CancelAllTarget[]): Promise<void>;
  /** Targets of one kind in the order of their keys, after one; at most `limit`. */
  targets<K extends CancelAllTarget["kind"]>(
    part: CancelAllPartKey,
    kind: K,
    limit: number,
    after?: Extract<CancelAllTarget, { kind: K }>,
  ): Promise<readonly Extract<CancelAllTarget, { kind: K }>[]>;
  /** Replaces a part that is RUNNING; with the last of them that ends, the campaign's event. What has ended stays. */
  savePart(campaignId: string, part: CancelAllPart): Promise<void>;
}

/** The part of a campaign at a venue account. */
export function partAt({ parts }: CancelAllCampaign, { venue, account }: VenueAccount): CancelAllPart | undefined {
  return parts.find((part) => part.venueAccount.venue === venue && part.venueAccount.account === account);
}

/** What tells targets of one kind apart. */
export function targetKey(target: CancelAllTarget): string {
  return target.kind === "OWN" ? target.orderId : target.submitKey;
}
