declare const brand: unique symbol;

/**
 * A value that passed a check and says so in its type; made only by the constructor beside its type. A branded type can
 * be branded again: the names add up (with plain literals two brands would be `never`, which fits everywhere).
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: { readonly [K in Name]: true } };
