import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BufResult, buf, rootDir } from "./buf.ts";

const releasedFile = join("proto", "released.binpb");

/** Whether every caller of the last release still compiles and still understands the bytes (buf's FILE rules). */
export const checkCompatible = (): BufResult => buf("breaking", "--against", releasedFile);

/** Makes the protos as they are the release that later ones must stay compatible with. */
export const writeReleased = (): BufResult => buf("build", "--exclude-source-info", "--output", releasedFile);

/** Whether there is a release to stay compatible with. */
export const hasReleased = (): boolean => existsSync(join(rootDir, releasedFile));
