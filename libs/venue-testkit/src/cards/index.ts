import type { Card } from "../card.ts";
import { cancelAllCards } from "./cancel-all-cards.ts";
import { cancelCards } from "./cancel-cards.ts";
import { closeCards } from "./close-cards.ts";
import { faultCards } from "./fault-cards.ts";
import { fillCards } from "./fill-cards.ts";
import { instrumentCards } from "./instrument-cards.ts";
import { limitCards } from "./limit-cards.ts";
import { lookupCards } from "./lookup-cards.ts";
import { manifestCards } from "./manifest-cards.ts";
import { openOrderCards } from "./open-order-cards.ts";
import { postOnlyCards } from "./post-only-cards.ts";
import { prepareCards } from "./prepare-cards.ts";
import { secretCards } from "./secret-cards.ts";
import { streamCards } from "./stream-cards.ts";
import { submitCards } from "./submit-cards.ts";
import { waitingOrderCards } from "./waiting-order-cards.ts";

/** Every card, in the order of their numbers. */
export const cards: readonly Card[] = [
  ...manifestCards,
  ...instrumentCards,
  ...prepareCards,
  ...submitCards,
  ...waitingOrderCards,
  ...postOnlyCards,
  ...limitCards,
  ...faultCards,
  ...lookupCards,
  ...cancelCards,
  ...cancelAllCards,
  ...openOrderCards,
  ...fillCards,
  ...streamCards,
  ...secretCards,
  ...closeCards,
];
