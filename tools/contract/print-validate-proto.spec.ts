import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clearField, clone, createRegistry, fromBinary, toJson } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { expect, test } from "vitest";
import { buf } from "./buf.ts";
import { printValidateProto } from "./print-validate-proto.ts";

test("the printed validate.proto compiles to the descriptor it was printed from, rules included", () => {
  const dir = mkdtempSync(join(tmpdir(), "surefill-validate-"));
  try {
    writeFileSync(join(dir, "validate.proto"), printValidateProto());
    const image = join(dir, "image.binpb");
    expect(buf("build", dir, "--as-file-descriptor-set", "--output", image)).toEqual({ ok: true, output: "" });
    const compiled = fromBinary(FileDescriptorSetSchema, readFileSync(image)).file.find(
      ({ package: name }) => name === "buf.validate",
    );
    expect(compiled && comparable(compiled)).toEqual(comparable(file_buf_validate_validate.proto));
  } finally {
    rmSync(dir, { recursive: true });
  }
});

/** What a file declares: its path, its comments and how its syntax is written down are no part of that. */
function comparable(file: FileDescriptorProto) {
  const { name, sourceCodeInfo, syntax, edition } = FileDescriptorProtoSchema.field;
  const declared = clone(FileDescriptorProtoSchema, file);
  for (const field of [name, sourceCodeInfo, syntax, edition]) clearField(declared, field);
  return toJson(FileDescriptorProtoSchema, declared, { registry: createRegistry(file_buf_validate_validate) });
}
