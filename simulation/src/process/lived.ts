import type { Life } from "./life.ts";

type Callable = (...call: readonly unknown[]) => unknown;

/** What happens around a call: the weather between a process and its port. */
export type Weather = <T>(name: string, call: () => Promise<T>) => Promise<T>;

const fair: Weather = (_name, call) => call();

/**
 * A port as a process sees it whose life may end: every method that answers by a promise or a stream goes through it.
 * Members that are ports themselves are wrapped in turn, so that a port which grows is covered without a word here.
 */
export function lived<Port extends object>(port: Port, life: Life, name: string, weather: Weather = fair): Port {
  const known = new Map<PropertyKey, unknown>();
  return new Proxy(port, {
    get(target, key) {
      if (known.has(key)) return known.get(key);
      const member: unknown = Reflect.get(target, key, target);
      const path = `${name}.${String(key)}`;
      const wrapped = isCallable(member)
        ? livedMethod(member.bind(target), life, path, weather)
        : isPort(member)
          ? lived(member, life, path, weather)
          : member;
      known.set(key, wrapped);
      return wrapped;
    },
  });
}

function livedMethod(method: Callable, life: Life, path: string, weather: Weather): Callable {
  if (path.endsWith(".subscribe")) {
    return (listener) => method(isCallable(listener) ? () => life.admit(() => void listener()) : listener);
  }
  if (path.endsWith(".watch")) {
    return (...call) => life.reading(path, method(...call) as AsyncIterable<unknown>);
  }
  return (...call) => life.through(path, () => weather(path, async () => method(...call)));
}

function isCallable(member: unknown): member is Callable {
  return typeof member === "function";
}

function isPort(member: unknown): member is object {
  return typeof member === "object" && member !== null;
}
