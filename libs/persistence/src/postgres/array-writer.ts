import type { ColumnValue } from "../row/column.ts";

const startBytes = 64 * 1024;
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const bytesPerUnitMax = 3;
/** Dimensions, whether there are NULLs, the element's type, length, lower bound: five 32-bit numbers. */
const headerBytes = 20;
const nullLength = -1;
const uint32 = 2 ** 32;

/**
 * Writes arrays as Postgres sends them itself (array_send): one dimension, each element with its length before it. This
 * spares both sides the detour over text, which is a fifth of a flush.
 */
export class ArrayWriter {
  #buffer: Buffer = Buffer.allocUnsafe(startBytes);
  #end = 0;

  /** Begins anew; what `bytes` gave before is overwritten. A buffer for each flush would be work for the collector. */
  restart(): void {
    this.#end = 0;
  }

  /** An array of one value per row, NULLs included; `write` writes one that is not NULL. */
  array<Row>(
    elementType: number,
    rows: readonly Row[],
    read: (row: Row) => ColumnValue,
    write: (writer: ArrayWriter, value: NonNullable<ColumnValue>) => void,
  ): Range {
    const start = this.#end;
    this.#reserve(headerBytes);
    this.#end += headerBytes;
    let hasNull = 0;
    for (const row of rows) {
      const value = read(row);
      const length = this.#end;
      this.int32(0);
      if (value === null) {
        hasNull = 1;
        this.#buffer.writeInt32BE(nullLength, length);
      } else {
        write(this, value);
        this.#buffer.writeInt32BE(this.#end - length - 4, length);
      }
    }
    const header = [1, hasNull, elementType, rows.length, 1];
    for (const [index, field] of header.entries()) this.#buffer.writeInt32BE(field, start + 4 * index);
    return { start, end: this.#end };
  }

  /** The bytes that were written, once nothing more is: writing can move them. */
  bytes({ start, end }: Range): Buffer {
    return this.#buffer.subarray(start, end);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#end = this.#buffer.writeInt32BE(value, this.#end);
  }

  /** A whole number that a double holds exactly. */
  int64(value: number): void {
    const high = Math.floor(value / uint32);
    this.#reserve(8);
    this.#buffer.writeInt32BE(high, this.#end);
    this.#end = this.#buffer.writeUInt32BE(value - high * uint32, this.#end + 4);
  }

  flag(value: boolean): void {
    this.#reserve(1);
    this.#end = this.#buffer.writeUInt8(Number(value), this.#end);
  }

  text(value: string): void {
    this.#reserve(value.length * bytesPerUnitMax);
    this.#end += this.#buffer.write(value, this.#end);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.byteLength);
    this.#buffer.set(value, this.#end);
    this.#end += value.byteLength;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + bytes));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}

/** Where an array stands in the writer's bytes. */
export interface Range {
  readonly start: number;
  readonly end: number;
}
