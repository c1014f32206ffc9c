import {
  type Attributes,
  type BatchObservableCallback,
  createNoopMeter,
  type Meter,
  type Observable,
  type ObservableGauge,
} from "@opentelemetry/api";

/** What was added to a counter, recorded by a histogram or observed of a gauge. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly attributes: Attributes;
}

/** A meter that keeps what it is told. */
export class RecordingMeter {
  readonly measured: Measured[] = [];
  /** Every instrument that was made, as Prometheus names it. */
  readonly names: string[] = [];
  readonly meter: Meter;
  readonly #callbacks: BatchObservableCallback[] = [];
  readonly #names = new Map<Observable, string>();

  constructor() {
    const noop = createNoopMeter();
    const keep =
      (name: string) =>
      (value: number, attributes: object = {}) => {
        this.measured.push({ name, value, attributes: attributes as Attributes });
      };
    this.meter = Object.assign(Object.create(noop) as Meter, {
      createCounter: (name: string) => {
        this.names.push(`${name}_total`);
        return { add: keep(name) };
      },
      createHistogram: (name: string) => {
        this.names.push(name);
        return { record: keep(name) };
      },
      createObservableGauge: (name: string) => {
        this.names.push(name);
        const gauge: ObservableGauge = { addCallback() {}, removeCallback() {} };
        this.#names.set(gauge, name);
        return gauge;
      },
      addBatchObservableCallback: (callback: BatchObservableCallback) => this.#callbacks.push(callback),
    });
  }

  /** What the gauges show, as a scrape sees it. */
  async observed(): Promise<readonly Measured[]> {
    const found: Measured[] = [];
    const observe = (gauge: Observable, value: number, attributes: Attributes = {}) => {
      found.push({ name: this.#names.get(gauge) ?? "", value, attributes });
    };
    for (const callback of this.#callbacks) await callback({ observe });
    return found;
  }

  /** What was told under a name, each as "value a=b c=d"; without the zeros that counters begin at. */
  told(name: string): readonly string[] {
    return this.measured.filter((one) => one.name === name && one.value !== 0).map(spelt);
  }
}

/** "value a=b c=d". */
export function spelt({ value, attributes }: Measured): string {
  return [value, ...Object.entries(attributes).map(([label, text]) => `${label}=${text}`)].join(" ");
}
