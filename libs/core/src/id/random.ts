/** PORT: randomness. Real in production, seeded in simulation. */
export interface Random {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). For jitter and the like; never for money. */
  unit(): number;
}
