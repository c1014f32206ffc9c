import { create, createFileRegistry, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  ServerReflection,
  type ServerReflectionRequestSchema,
} from "@surefill/contracts/grpc/reflection/v1/reflection";
import { ServerReflection as ServerReflectionV1Alpha } from "@surefill/contracts/grpc/reflection/v1alpha/reflection";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { describe, expect, test } from "vitest";
import { serveForTest } from "./testing/trivial-server.ts";

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;
const listServices: Question = { case: "listServices", value: "" };

describe.each([ServerReflection, ServerReflectionV1Alpha])("$typeName", (service) => {
  test("lists what is served", async () => {
    const [answer] = await ask(service, listServices);
    expect(answer).toMatchObject({
      case: "listServicesResponse",
      value: {
        service: [
          { name: "surefill.v1.VenueService" },
          { name: "surefill.v1.ExecutionService" },
          { name: "grpc.health.v1.Health" },
          { name: "grpc.reflection.v1.ServerReflection" },
          { name: "grpc.reflection.v1alpha.ServerReflection" },
        ],
      },
    });
  });

  test.each([
    "surefill.v1.ExecutionService",
    "surefill.v1.ExecutionService.ExecuteOrder",
    "surefill.v1.ExecuteOrderRequest",
    "surefill.v1.ExecuteOrderRequest.base_quantity",
    "surefill.v1.WaitFor",
  ])("given %s, so its file comes with all it imports", async (symbol) => {
    const [answer] = await ask(service, { case: "fileContainingSymbol", value: symbol });
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: importedFirst(filesOf(answer)) }));
    const rebuilt = registry.getService(ExecutionService.typeName);
    expect(rebuilt?.methods.map(({ name }) => name)).toEqual(ExecutionService.methods.map(({ name }) => name));
  });

  test("given the same file twice on a stream, so what it imports is sent once", async () => {
    const question: Question = { case: "fileByFilename", value: "surefill/v1/execution_service.proto" };
    const [first, second] = await ask(service, question, question);
    expect(filesOf(first).length).toBeGreaterThan(5);
    expect(filesOf(second).map(({ name }) => name)).toEqual(["surefill/v1/execution_service.proto"]);
  });

  test("finds the extensions that carry the validation rules", async () => {
    const containingType = "google.protobuf.FieldOptions";
    const [file, numbers] = await ask(
      service,
      { case: "fileContainingExtension", value: { containingType, extensionNumber: 1159 } },
      { case: "allExtensionNumbersOfType", value: containingType },
    );
    expect(filesOf(file).map(({ name }) => name)).toContain("buf/validate/validate.proto");
    expect(numbers?.value).toMatchObject({ baseTypeName: containingType, extensionNumber: [1159, 1160] });
  });

  test.each<Question>([
    { case: "fileByFilename", value: "no.proto" },
    { case: "fileContainingSymbol", value: "no.Such" },
    { case: "fileContainingExtension", value: { containingType: "surefill.v1.Order", extensionNumber: 1 } },
    { case: "allExtensionNumbersOfType", value: "no.Such" },
  ])("given $case of what there is not, so it is NOT_FOUND and the stream goes on", async (question) => {
    const [answer, next] = await ask(service, question, listServices);
    expect(answer).toMatchObject({ case: "errorResponse", value: { errorCode: Code.NotFound } });
    expect(next?.case).toBe("listServicesResponse");
  });

  test("given no question, so it is INVALID_ARGUMENT", async () => {
    const [answer] = await ask(service, { case: undefined });
    expect(answer).toMatchObject({ case: "errorResponse", value: { errorCode: Code.InvalidArgument } });
  });
});

/** The answers of one stream to these questions. */
async function ask(service: typeof ServerReflection | typeof ServerReflectionV1Alpha, ...questions: Question[]) {
  const { url } = await serveForTest();
  const client = createClient(service, createGrpcTransport({ baseUrl: url }));
  const requests = (async function* () {
    for (const messageRequest of questions) yield { messageRequest };
  })();
  const answers = await Array.fromAsync(client.serverReflectionInfo(requests));
  return answers.map(({ messageResponse }) => messageResponse);
}

function filesOf(answer: Awaited<ReturnType<typeof ask>>[number] | undefined): FileDescriptorProto[] {
  if (answer?.case !== "fileDescriptorResponse") throw new Error(`no files: ${answer?.case}`);
  return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
}

/** A registry takes each file after those it imports; throws where one of these is missing. */
function importedFirst(files: FileDescriptorProto[]): FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const add = (name: string) => {
    const file = files.find((each) => each.name === name);
    if (!file) throw new Error(`not sent: ${name}`);
    file.dependency.forEach(add);
    ordered.add(file);
  };
  for (const { name } of files) add(name);
  return [...ordered];
}
