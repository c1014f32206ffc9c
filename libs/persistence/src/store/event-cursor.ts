import { type EventCursor, SurefillError } from "@surefill/core";

/** Cursors of one kind: a prefix and some whole numbers. */
export interface CursorCodec {
  cursorAt(...places: readonly (bigint | number | string)[]): EventCursor;
  /** The numbers, as text. @throws SurefillError CURSOR_INVALID for a cursor of another kind. */
  placesOf(cursor: EventCursor): readonly string[];
}

/** Cursors of `places` numbers behind `prefix`; what the event log did not give is refused before it is used. */
export function cursorCodec(prefix: string, places: number): CursorCodec {
  const digits = Array.from({ length: places }, () => "(0|[1-9][0-9]{0,18})").join("\\.");
  const pattern = new RegExp(`^${prefix.replaceAll(".", "\\.")}${digits}$`);
  return {
    cursorAt: (...numbers) => `${prefix}${numbers.join(".")}` as EventCursor,
    placesOf(cursor) {
      const match = pattern.exec(cursor);
      if (match === null) throw new SurefillError("CURSOR_INVALID", "not a cursor of this event log");
      return match.slice(1);
    },
  };
}
