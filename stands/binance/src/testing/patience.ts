/** For expect.poll: a loaded machine may take its time. */
export const patience = { timeout: 15_000, interval: 5 };
