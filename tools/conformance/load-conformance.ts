import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { VenueConformance } from "@surefill/venue-testkit";

const root = resolve(import.meta.dirname, "../..");

/**
 * What a package exports from "./conformance". `venue`: a short name here, a package's name, or a folder seen from
 * `from`. @throws Error that says what is not there.
 */
export async function loadConformance(venue: string, from: string): Promise<VenueConformance> {
  const file = conformanceFile(venue, from);
  const module: { readonly conformance?: unknown } = await import(pathToFileURL(file).href);
  if (!isConformance(module.conformance)) {
    throw new Error(`${file} exports no \`conformance\` with plugin, limits and openStand`);
  }
  return module.conformance;
}

function conformanceFile(venue: string, from: string): string {
  const folder = [resolve(from, venue), join(root, "libs", `venue-${venue}`)].find((each) =>
    existsSync(join(each, "package.json")),
  );
  const found = folder === undefined ? installed(venue, from) : ofFolder(folder);
  if (found === undefined) {
    throw new Error(
      `${venue} is no library here (libs/venue-${venue}), no folder with a package.json, and no installed package ` +
        'that exports "./conformance"',
    );
  }
  return found;
}

/** A package names itself from within. */
function ofFolder(folder: string): string {
  const manifest = join(folder, "package.json");
  const { name }: { readonly name?: unknown } = JSON.parse(readFileSync(manifest, "utf8"));
  try {
    return createRequire(manifest).resolve(`${name}/conformance`);
  } catch (error) {
    throw new Error(`${manifest} exports no "./conformance"`, { cause: error });
  }
}

function installed(name: string, from: string): string | undefined {
  for (const place of [from, root]) {
    try {
      return createRequire(join(place, "package.json")).resolve(`${name}/conformance`);
    } catch {
      // Perhaps it is installed at the other place.
    }
  }
  return undefined;
}

function isConformance(value: unknown): value is VenueConformance {
  return typeof value === "object" && value !== null && "plugin" in value && "limits" in value && "openStand" in value;
}
