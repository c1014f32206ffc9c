// Completes package-lock.json for `npm ci`. A registry mirror that does not serve some other-platform optional
// packages makes `npm install` write a lock without them, and `npm ci` then refuses it ("Missing: … from lock file").
// The entries added here carry no integrity: they are fetched only on their own platform. Run by `npm run lock`.
import { readFileSync, writeFileSync } from "node:fs";

const lockFile = new URL("../package-lock.json", import.meta.url);
const osNames = ["android", "darwin", "linux", "win32", "freebsd", "openbsd", "netbsd", "sunos", "aix", "openharmony"];
const cpuNames = ["arm64", "x64", "ia32", "arm", "ppc64", "riscv64", "s390x", "loong64", "mips64el"];

const lock = JSON.parse(readFileSync(lockFile, "utf8"));

/** Whether `name`, asked for by the package at `at`, resolves to an entry of the lock, walking up as npm does. */
function isLocked(at, name) {
  for (let base = at; ; base = base.slice(0, Math.max(0, base.lastIndexOf("/node_modules/")))) {
    if (lock.packages[`${base ? `${base}/` : ""}node_modules/${name}`]) return true;
    if (!base) return false;
  }
}

function platformOf(name) {
  const parts = name.split(/[-/]/);
  const os = osNames.filter((candidate) => parts.includes(candidate));
  const cpu = cpuNames.filter((c) => parts.includes(c) || (c === "arm" && parts.some((p) => /^arm(v\d)?$/.test(p))));
  if (parts.includes("win")) os.push("win32");
  if (name === "fsevents") os.push("darwin");
  return { ...(cpu.length ? { cpu } : {}), os: os.length ? os : ["unknown"] };
}

let added = 0;
for (const [at, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(at, name)) continue;
    lock.packages[`node_modules/${name}`] = {
      version: range.replace(/^[~^]/, ""),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...platformOf(name),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
console.error(`complete-lock: ${added} entries added`);
