/** PORT: a wake-up, never the truth: something was committed, here or by another process. May come without cause. */
export interface ChangeFeed {
  /** Calls `listener` soon after commits until the returned function is called; a listener must not throw. */
  subscribe(listener: () => void): () => void;
}
