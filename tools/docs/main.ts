import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { errorPage } from "./error-page.ts";

/** `npm run docs`: writes the pages that are generated. */
const docs = join(resolve(import.meta.dirname, "../.."), "docs");
writeFileSync(join(docs, "errors.md"), errorPage());
