import type { PageRequest } from "@surefill/core";

const sizeDefault = 50;
const sizeMax = 1_000;

/** AIP-158: 0 is the default, what is too much is cut; negative sizes are refused by the contract. */
export function pageRequest({
  pageSize,
  pageToken,
}: {
  readonly pageSize: number;
  readonly pageToken: string;
}): PageRequest {
  const size = pageSize === 0 ? sizeDefault : Math.min(pageSize, sizeMax);
  return pageToken === "" ? { size } : { size, token: pageToken };
}
