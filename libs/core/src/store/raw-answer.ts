const bytesMax = 64 * 1024;
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const bytesPerUnitMax = 3;

/**
 * What a store keeps of a venue's raw answer: at most 64 KiB of UTF-8, cut between characters. Characters that
 * databases refuse (NUL, halves of surrogate pairs) become U+FFFD, for garbage must not keep an outcome from being
 * recorded.
 */
export function keptRawAnswer(text: string): string {
  const storable = text.toWellFormed().replaceAll("\0", "\uFFFD");
  if (storable.length * bytesPerUnitMax <= bytesMax) return storable;
  const { read } = new TextEncoder().encodeInto(storable, new Uint8Array(bytesMax));
  return storable.slice(0, read);
}
