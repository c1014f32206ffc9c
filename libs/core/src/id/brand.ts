declare const brand: unique symbol;

/** A value that passed a check and says so in its type; made only by the constructor beside its type. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
