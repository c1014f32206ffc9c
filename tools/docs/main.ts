import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { errorPage } from "./error-page.ts";
import { exchangePages } from "./exchange-pages.ts";
import { venueCardsPage } from "./venue-cards-page.ts";

/** `npm run docs`: writes the pages that are generated. */
const docs = join(resolve(import.meta.dirname, "../.."), "docs");
writeFileSync(join(docs, "errors.md"), errorPage());
mkdirSync(join(docs, "venues"), { recursive: true });
for (const [name, page] of exchangePages()) writeFileSync(join(docs, "venues", name), page);
writeFileSync(join(docs, "venue-cards.md"), venueCardsPage());
