// gRPC by the client library most Node programs use, without generated code of its own: the descriptors are ours.
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { BadRequestSchema, ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { StatusSchema } from "@surefill/contracts/google/rpc/status";
import { onTestFinished } from "vitest";

interface Method<I extends DescMessage, O extends DescMessage> {
  readonly name: string;
  readonly parent: { readonly typeName: string };
  readonly input: I;
  readonly output: O;
}

/** A client of the server at `url`, closed when the test is over. */
export function grpcClient(url: string): Client {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

/** Resolves to the response; rejects with grpc-js's ServiceError. */
export function callUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  { name, parent, input, output }: Method<I, O>,
  request: MessageInitShape<I>,
): Promise<MessageShape<O>> {
  return sendBytes(client, `/${parent.typeName}/${name}`, Buffer.from(toBinary(input, create(input, request)))).then(
    (bytes) => fromBinary(output, bytes),
  );
}

/** Sends bytes as they are, good or bad, as a unary call. */
export function sendBytes(client: Client, path: string, bytes: Buffer): Promise<Buffer> {
  const asIs = (value: Buffer) => value;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, asIs, asIs, bytes, new Metadata(), {}, (error, value) => {
      if (error) reject(error);
      else if (value) resolve(value);
      else reject(new Error("neither error nor response"));
    });
  });
}

/** The messages of a server stream and how it ended; `error` is undefined where it ended OK. */
export async function callStream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  { name, parent, input, output }: Method<I, O>,
  request: MessageInitShape<I>,
  onMessage: (message: MessageShape<O>) => void = () => {},
): Promise<{ messages: MessageShape<O>[]; error: ServiceError | undefined }> {
  const call = client.makeServerStreamRequest(
    `/${parent.typeName}/${name}`,
    (value: MessageShape<I>) => Buffer.from(toBinary(input, value)),
    (bytes: Buffer) => fromBinary(output, bytes),
    create(input, request),
  );
  const messages: MessageShape<O>[] = [];
  call.on("data", (message: MessageShape<O>) => {
    messages.push(message);
    onMessage(message);
  });
  const error = await new Promise<ServiceError | undefined>((resolve) => {
    call.on("error", (reason: ServiceError) => resolve(reason));
    call.on("end", () => resolve(undefined));
  });
  return { messages, error };
}

/** What grpc-status-details-bin carries, decoded with the official definitions. */
export function grpcDetails(error: ServiceError) {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Buffer)) throw new Error(`no details with: ${error.message}`);
  const status = fromBinary(StatusSchema, bytes);
  const unpacked = <Desc extends DescMessage>(desc: Desc) =>
    status.details.map((any: Any) => anyUnpack(any, desc)).find((detail) => detail !== undefined);
  return {
    code: status.code,
    message: status.message,
    bytes: bytes.length,
    errorInfo: unpacked(ErrorInfoSchema),
    badRequest: unpacked(BadRequestSchema),
  };
}
