import { type DescField, type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { isFieldError } from "@bufbuild/protobuf/reflect";
import type { FieldViolation } from "./bad-request.ts";

/** More are not looked for: the first ones are what a person can mend. */
const violationsMax = 10;

/**
 * What is wrong with a JSON text that could not be decoded as `desc`. The decoder's own error names a field without
 * its path, or only the type of an enum; this walks the text again, on the way to an error only, to say where it is.
 * Empty if nothing is found: the text as a whole breaks a rule, such as a key given twice.
 */
export function jsonViolations(desc: DescMessage, text: string): FieldViolation[] {
  let json: JsonValue;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return [{ field: "", fault: "REQUEST_MALFORMED", description: `not JSON: ${messageOf(error)}` }];
  }
  const found: FieldViolation[] = [];
  visitMessage(desc, json, "", found);
  return found.slice(0, violationsMax);
}

function visitMessage(desc: DescMessage, json: JsonValue, path: string, found: FieldViolation[]): void {
  if (!isObject(json)) {
    const fault = path ? "FIELD_MALFORMED" : "REQUEST_MALFORMED";
    found.push({ field: path, fault, description: `must be a JSON object, not ${kindOf(json)}` });
    return;
  }
  for (const [key, value] of Object.entries(json)) {
    if (found.length >= violationsMax) return;
    const field = desc.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    if (!field) {
      const description = `is no field of ${desc.typeName}`;
      found.push({ field: joined(path, key), fault: "FIELD_UNKNOWN", description });
    } else {
      visitField(desc, field, key, value, joined(path, field.name), found);
    }
  }
}

function visitField(
  desc: DescMessage,
  field: DescField,
  key: string,
  json: JsonValue,
  path: string,
  found: FieldViolation[],
): void {
  const fault = decodeFault(desc, { [key]: json });
  if (fault === undefined) return;
  const before = found.length;
  if (field.fieldKind === "message" && !isWellKnown(field.message)) {
    visitMessage(field.message, json, path, found);
  } else if (field.fieldKind === "list" && Array.isArray(json)) {
    for (const [index, item] of json.entries()) {
      if (found.length >= violationsMax) return;
      const itemPath = `${path}[${index}]`;
      if (field.listKind === "message" && !isWellKnown(field.message))
        visitMessage(field.message, item, itemPath, found);
      else pushFault(decodeFault(desc, { [key]: [item] }), field, item, itemPath, found);
    }
  } else if (field.fieldKind === "map" && isObject(json)) {
    for (const [entryKey, item] of Object.entries(json)) {
      if (found.length >= violationsMax) return;
      const itemPath = `${path}[${JSON.stringify(entryKey)}]`;
      if (field.mapKind === "message" && !isWellKnown(field.message))
        visitMessage(field.message, item, itemPath, found);
      else pushFault(decodeFault(desc, { [key]: { [entryKey]: item } }), field, item, itemPath, found);
    }
  }
  if (found.length === before) pushFault(fault, field, json, path, found);
}

function pushFault(fault: unknown, field: DescField, json: JsonValue, path: string, found: FieldViolation[]): void {
  if (fault === undefined) return;
  found.push({ field: path, fault: "FIELD_MALFORMED", description: descriptionOf(fault, field, json) });
}

function descriptionOf(fault: unknown, { enum: desc }: DescField, json: JsonValue): string {
  if (desc && typeof json !== "object") {
    const names = desc.values.filter(({ number }) => number !== 0).map(({ name }) => name);
    return `must be one of ${names.join(", ")}, not ${JSON.stringify(json)}`;
  }
  const cause = fault instanceof Error && isFieldError(fault.cause) ? fault.cause : fault;
  return messageOf(cause).replace(/^cannot decode .*? from JSON: /, "");
}

/** What the decoder says of this much of the message; undefined where it takes it. */
function decodeFault(desc: DescMessage, json: JsonValue): unknown {
  try {
    fromJson(desc, json);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Their JSON is no object of their fields, so there is nothing inside to point at. */
const isWellKnown = ({ typeName }: DescMessage): boolean => typeName.startsWith("google.protobuf.");

function isObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function kindOf(json: JsonValue): string {
  if (json === null) return "null";
  if (Array.isArray(json)) return "an array";
  return typeof json === "object" ? "an object" : `a ${typeof json}`;
}

const joined = (path: string, name: string): string => (path ? `${path}.${name}` : name);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
