import {
  create,
  createRegistry,
  type DescFile,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "@surefill/contracts/grpc/reflection/v1/reflection";
import {
  ServerReflectionRequestSchema as RequestV1AlphaSchema,
  ServerReflectionResponseSchema as ResponseV1AlphaSchema,
  ServerReflection as ServerReflectionV1Alpha,
} from "@surefill/contracts/grpc/reflection/v1alpha/reflection";

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

/**
 * grpc.reflection.v1 and v1alpha over `services` and themselves, so that grpcurl and the like need no proto files. The
 * descriptors are those in the generated code: complete, but without comments.
 */
export function serveReflection(router: ConnectRouter, services: readonly DescService[]): void {
  const answer = answering([...services, ServerReflection, ServerReflectionV1Alpha]);

  router.service(ServerReflection, {
    async *serverReflectionInfo(requests) {
      const sent = new Set<DescFile>();
      for await (const request of requests) yield answer(request, sent);
    },
  });
  // The same messages under another name: equal on the wire.
  router.service(ServerReflectionV1Alpha, {
    async *serverReflectionInfo(requests) {
      const sent = new Set<DescFile>();
      for await (const old of requests) {
        const request = fromBinary(ServerReflectionRequestSchema, toBinary(RequestV1AlphaSchema, old));
        const response = answer(request, sent);
        yield fromBinary(ResponseV1AlphaSchema, toBinary(ServerReflectionResponseSchema, response));
      }
    },
  });
}

/** `sent` holds the files that a stream has had already; a client keeps them, so they are not sent to it again. */
function answering(
  services: readonly DescService[],
): (request: ServerReflectionRequest, sent: Set<DescFile>) => ServerReflectionResponse {
  const files = withDependencies(services.map(({ file }) => file));
  const filesByName = new Map([...files].map((file) => [file.proto.name, file]));
  const registry = createRegistry(...files);
  const extensions = [...registry].filter((desc) => desc.kind === "extension");

  return (request, sent) =>
    create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: answerTo(request.messageRequest, sent),
    });

  function answerTo(request: ServerReflectionRequest["messageRequest"], sent: Set<DescFile>): Answer {
    switch (request.case) {
      case "listServices": {
        const service = services.map(({ typeName }) => ({ name: typeName }));
        return { case: "listServicesResponse", value: { service } };
      }
      case "fileByFilename":
        return filesAnswer(filesByName.get(request.value), request.value, sent);
      case "fileContainingSymbol":
        return filesAnswer(fileOfSymbol(request.value), request.value, sent);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = request.value;
        const extension = extensions.find(
          ({ extendee, number }) => extendee.typeName === containingType && number === extensionNumber,
        );
        return filesAnswer(extension?.file, `${containingType}[${extensionNumber}]`, sent);
      }
      case "allExtensionNumbersOfType": {
        if (!registry.getMessage(request.value)) return refused(Code.NotFound, `no ${request.value} here`);
        const numbers = extensions.filter(({ extendee }) => extendee.typeName === request.value).map((e) => e.number);
        const value = { baseTypeName: request.value, extensionNumber: numbers };
        return { case: "allExtensionNumbersResponse", value };
      }
      default:
        return refused(Code.InvalidArgument, "message_request must be given");
    }
  }

  /** By the full name of a type or service, or of a field or method of one. */
  function fileOfSymbol(symbol: string): DescFile | undefined {
    const desc = registry.get(symbol) ?? registry.get(symbol.slice(0, Math.max(0, symbol.lastIndexOf("."))));
    return desc?.file;
  }
}

function filesAnswer(file: DescFile | undefined, asked: string, sent: Set<DescFile>): Answer {
  if (!file) return refused(Code.NotFound, `no ${asked} here`);
  const unsent = [...withDependencies([file])].filter((each) => each === file || !sent.has(each));
  for (const each of unsent) sent.add(each);
  const fileDescriptorProto = unsent.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function refused(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

/** The files and all they import, each after the one that imports it first. */
function withDependencies(files: readonly DescFile[]): Set<DescFile> {
  const all = new Set(files);
  // A Set's iteration visits what is added on the way.
  for (const file of all) for (const dependency of file.dependencies) all.add(dependency);
  return all;
}
