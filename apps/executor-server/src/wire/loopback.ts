/**
 * Whether `host` (a name or an address, IPv6 with or without brackets) can only mean this machine: 127.0.0.0/8, ::1 or
 * localhost. Other names are not resolved: what they mean is not ours to decide.
 */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return name === "localhost" || name === "::1" || /^127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(name);
}

/** The host of `host[:port]` as HTTP carries it (Host, :authority); undefined where it is none. */
export function hostOfAuthority(authority: string): string | undefined {
  const url = URL.parse(`http://${authority}`);
  const isBare = url?.username === "" && url.password === "" && url.pathname === "/" && url.search + url.hash === "";
  return isBare ? url.hostname : undefined;
}

/**
 * Throws unless `host` is this machine alone: without TLS and a token, whoever reaches the port can trade.
 */
export function assertLoopbackHost(host: string): void {
  if (isLoopbackHost(host)) return;
  throw new Error(
    `Refusing to listen on "${host}": the port has neither TLS nor tokens, so everyone who reaches it could trade. ` +
      'Listen on "127.0.0.1", "::1" or "localhost", and reach it from elsewhere through a tunnel such as ssh -L.',
  );
}
