/** Whether `value` is an object as JSON has them: neither null, nor a list, nor an instance of a class. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
