import { type Card, cards, faultKinds, subjects } from "@surefill/venue-testkit";

/** docs/venue-cards.md, from the cards of the testkit. */
export function venueCardsPage(): string {
  return [
    "# Venue cards",
    "",
    "<!-- Generated from libs/venue-testkit/src/cards by `npm run docs`; don't edit. -->",
    "",
    `The ${cards.length} cards that \`npm run conformance -- <venue>\` runs against a venue library, each on a new`,
    "counterpart (a *stand*) that it steers. What an order became is read from the stand's own books, never from what the",
    "library says. Numbers are for ever: a card that is gone leaves its number unused. How to write a library that passes",
    "them: [add-a-venue.md](add-a-venue.md).",
    "",
    "What a manifest claims must work; what it does not claim must be refused before any request, which most cards of an",
    "optional thing check themselves. Where neither can be told, the card is skipped and says why; so is a card whose fault",
    "the stand can't make.",
    "",
    ...subjects.flatMap(subjectLines),
    "## Faults",
    "",
    "What a stand can be told to do wrong, for the next request of a kind.",
    "",
    "| fault | what happens |",
    "|---|---|",
    ...Object.entries(faultKinds).map(([kind, what]) => `| \`${kind}\` | ${what} |`),
    "",
  ].join("\n");
}

function subjectLines(subject: Card["subject"]): readonly string[] {
  const own = cards.filter((card) => card.subject === subject);
  return [`## ${subject[0]?.toUpperCase()}${subject.slice(1)}`, "", ...own.flatMap(cardLines)];
}

function cardLines({ id, title, why, needs = [] }: Card): readonly string[] {
  const needed =
    needs.length === 0 ? [] : [`Needs of the stand: ${needs.map((need) => `\`${need}\``).join(", ")}.`, ""];
  return [`### ${id}`, "", `**${title[0]?.toUpperCase()}${title.slice(1)}.**`, "", why, "", ...needed];
}
