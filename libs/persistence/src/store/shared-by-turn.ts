/**
 * One read for all who ask in the same turn of the event loop; it begins once all of them have asked, so that each sees
 * whatever was acknowledged before. Nobody waits for a read that began earlier, for that one may hang.
 */
export function sharedByTurn<T>(read: () => Promise<T>): () => Promise<T> {
  let next: Promise<T> | undefined;
  return () => {
    next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      next = undefined;
      return read();
    });
    return next;
  };
}
