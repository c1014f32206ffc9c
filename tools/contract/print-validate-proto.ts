// buf/validate/validate.proto is published to the Buf registry only, which an offline build cannot reach. Its
// descriptor, however, is inside the npm package that enforces it, so the text is printed from there: the rules that
// callers compile are the rules that the server runs. Comments are not in a descriptor, hence not in the text.
import { type DescFile, type DescMessage, getExtension } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FieldOptions,
} from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate, predefined } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** One past the highest field number; descriptors end open ranges here. */
const fieldNumberEnd = 536_870_912;

const head = `// Printed by tools/contract/print-validate-proto.ts from the descriptor inside npm @bufbuild/protovalidate, of
// protovalidate (https://github.com/bufbuild/protovalidate), Copyright 2023-2026 Buf Technologies, Inc. Licensed under
// the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0. Don't edit: npm run contract -- --fix
`;

/** The text of buf/validate/validate.proto; compiled, it gives the descriptor that the installed package carries. */
export function printValidateProto(): string {
  const file = file_buf_validate_validate;
  const { proto } = file;
  const options = proto.options;
  return [
    head,
    'syntax = "proto2";\n',
    `package ${proto.package};\n`,
    `${proto.dependency.map((path) => `import "${path}";`).join("\n")}\n`,
    `option go_package = ${quoted(options?.goPackage ?? "")};`,
    `option java_multiple_files = ${options?.javaMultipleFiles ?? false};`,
    `option java_outer_classname = ${quoted(options?.javaOuterClassname ?? "")};`,
    `option java_package = ${quoted(options?.javaPackage ?? "")};\n`,
    ...extensions(file),
    ...file.messages.flatMap((message) => [...messageLines(message), ""]),
    ...proto.enumType.flatMap((each) => [...enumLines(each), ""]),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}

function extensions(file: DescFile): string[] {
  return file.proto.extension.flatMap((each) => [
    `extend ${each.extendee} {`,
    ...indented(fieldLines(each, labelOf(each))),
    "}\n",
  ]);
}

function messageLines(message: DescMessage): string[] {
  const { proto } = message;
  if (message.nestedMessages.length || message.nestedEnums.length || message.nestedExtensions.length)
    throw new Error(`${message.typeName} nests declarations, which this printer does not know; teach it.`);
  const body: string[] = [];
  for (const [index, field] of proto.field.entries()) {
    const before = proto.field[index - 1];
    if (!isInOneof(field)) body.push(...fieldLines(field, labelOf(field)));
    else if (!isInOneof(before) || before?.oneofIndex !== field.oneofIndex) {
      const members = proto.field.filter((other) => isInOneof(other) && other.oneofIndex === field.oneofIndex);
      const name = proto.oneofDecl[field.oneofIndex]?.name ?? "";
      body.push(`oneof ${name} {`, ...indented(members.flatMap((member) => fieldLines(member, undefined))), "}");
    }
  }
  for (const { start, end } of proto.extensionRange)
    body.push(`extensions ${start} to ${end === fieldNumberEnd ? "max" : end - 1};`);
  body.push(...reservedLines(proto, 1));
  return [`message ${proto.name} {`, ...indented(body), "}"];
}

function enumLines(each: EnumDescriptorProto): string[] {
  const values = each.value.map(({ name, number }) => `${name} = ${number};`);
  return [`enum ${each.name} {`, ...indented([...values, ...reservedLines(each, 0)]), "}"];
}

/** `endOver` is by how much the descriptor's range ends lie past the last number: 1 in messages, 0 in enums. */
function reservedLines({ reservedRange, reservedName }: DescriptorProto | EnumDescriptorProto, endOver: 0 | 1) {
  const ranges = reservedRange.map(({ start, end }) =>
    end - endOver === start ? `${start}` : `${start} to ${end - endOver}`,
  );
  return [
    ...(ranges.length ? [`reserved ${ranges.join(", ")};`] : []),
    ...(reservedName.length ? [`reserved ${reservedName.map(quoted).join(", ")};`] : []),
  ];
}

function fieldLines(field: FieldDescriptorProto, label: string | undefined): string[] {
  const declared = `${label ? `${label} ` : ""}${typeOf(field)} ${field.name} = ${field.number}`;
  const rules = field.options ? predefinedRules(field.options) : [];
  if (rules.length === 0) return [`${declared};`];
  return [
    `${declared} [`,
    ...indented(rules.flatMap((rule, i) => (i < rules.length - 1 ? [...rule.slice(0, -1), "},"] : rule))),
    "];",
  ];
}

function predefinedRules(options: FieldOptions): string[][] {
  return getExtension(options, predefined).cel.map(({ id, message, expression }) => [
    "(predefined).cel = {",
    ...indented([
      `id: ${quoted(id)}`,
      ...(message ? [`message: ${quoted(message)}`] : []),
      ...expression.split(/(?<=\n)/).map((line, i) => `${i === 0 ? "expression: " : "  "}${quoted(line)}`),
    ]),
    "}",
  ]);
}

function typeOf(field: FieldDescriptorProto): string {
  if (field.typeName) return field.typeName;
  const scalar = Object.entries(FieldDescriptorProto_Type).find(([, number]) => number === field.type)?.[0];
  if (!scalar) throw new Error(`${field.name} has type ${field.type}, which this printer does not know; teach it.`);
  return scalar.toLowerCase();
}

function labelOf(field: FieldDescriptorProto): string {
  return field.label === FieldDescriptorProto_Label.REPEATED ? "repeated" : "optional";
}

function isInOneof(field: FieldDescriptorProto | undefined): boolean {
  return field !== undefined && Object.hasOwn(field, "oneofIndex");
}

const indented = (lines: string[]): string[] => lines.map((line) => `  ${line}`);

const quoted = (text: string): string => JSON.stringify(text);
