/** `port` with some of its members replaced; the others are called as before. */
export function replaced<Port extends object>(port: Port, by: Partial<Port>): Port {
  return new Proxy(port, { get: (target, key) => Reflect.get(key in by ? by : target, key) });
}
