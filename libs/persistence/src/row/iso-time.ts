/** A time with all its microseconds, as Postgres reads it. */
export { isoTime } from "@surefill/core";
