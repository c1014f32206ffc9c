const shown = "[secret]";

/** A credential. It shows itself to nobody who does not ask for it by name: not to logs, JSON, errors or inspection. */
export class Secret {
  readonly #text: string;

  /** @throws RangeError for empty text. */
  constructor(text: string) {
    if (text.length === 0) throw new RangeError("an empty secret");
    this.#text = text;
  }

  /** The credential itself: for what signs requests, and for what takes it out of texts. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  /** What Node's `util.inspect` and its console show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return shown;
  }
}
