import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import type { BinanceStand } from "../binance-stand.ts";
import { controlOperations } from "./control-operations.ts";

const bodyBytesMax = 4 * 1024 * 1024;

/**
 * Steers a stand from another process: POST /<operation> with a JSON body on a loopback port of its own. An answer is
 * {"result": …}, a refusal 400 {"error": …}.
 */
export class ControlServer {
  readonly #server: Server;
  readonly port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(stand: BinanceStand, port: number): Promise<ControlServer> {
    const server = createServer((request, response) => {
      answer(stand, request, response).catch((error: unknown) => {
        console.error("the control could not answer", error);
        response.destroy();
      });
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a server without an address");
    return new ControlServer(server, address.port);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(stand: BinanceStand, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const operation = request.method === "POST" ? controlOperations[(request.url ?? "").slice(1)] : undefined;
  if (operation === undefined) {
    return send(response, 404, { error: `POST one of ${Object.keys(controlOperations).join(", ")}` });
  }
  try {
    const result = await operation(stand, JSON.parse((await bodyOf(request)) || "{}"));
    send(response, 200, { result: result ?? null });
  } catch (error) {
    if (error instanceof z.ZodError) return send(response, 400, { error: z.prettifyError(error) });
    if (!(error instanceof Error)) throw error;
    send(response, 400, { error: error.message });
  }
}

/** @throws RangeError for one that is too long. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyBytesMax) throw new RangeError(`more than ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}
