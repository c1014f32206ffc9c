import type { DescEnum, DescMessage, MessageShape } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator, type Validator, type Violation } from "@bufbuild/protovalidate";
import type { ConnectError, Interceptor } from "@connectrpc/connect";
import { badRequest, type FieldFault, type FieldViolation } from "./bad-request.ts";

/**
 * Checks every request message against the rules in the contract (buf.validate) before a handler sees it. A broken
 * rule is INVALID_ARGUMENT as `badRequest` makes it, for each message of a stream too.
 */
export function validation(): Interceptor {
  const validator = createValidator();
  return (next) => (request) => {
    const { input } = request.method;
    if (request.stream) return next({ ...request, message: validMessages(validator, input, request.message) });
    const refusal = refusalOf(validator, input, request.message);
    if (refusal) throw refusal;
    return next(request);
  };
}

async function* validMessages<Desc extends DescMessage>(
  validator: Validator,
  input: Desc,
  messages: AsyncIterable<MessageShape<Desc>>,
): AsyncGenerator<MessageShape<Desc>, void, undefined> {
  for await (const message of messages) {
    const refusal = refusalOf(validator, input, message);
    if (refusal) throw refusal;
    yield message;
  }
}

/** Undefined for a message that keeps the rules. Throws where the rules themselves are broken: a bug in the contract. */
function refusalOf<Desc extends DescMessage>(
  validator: Validator,
  input: Desc,
  message: MessageShape<Desc>,
): ConnectError | undefined {
  const result = validator.validate(input, message);
  if (result.kind === "error") throw result.error;
  if (result.kind === "valid") return undefined;
  const [first, ...others] = result.violations;
  return first && badRequest(fieldViolation(first), ...others.map(fieldViolation));
}

function fieldViolation(violation: Violation): FieldViolation {
  const { fault, description } = faultOf(violation);
  return {
    field: pathToString(violation.field),
    fault,
    description: violation.forKey ? `its key ${description}` : description,
  };
}

/** By the last part of protovalidate's rule ids: "string.pattern", "int32.gte", "duration.gte_lte". */
function faultOf({ ruleId, message, field }: Violation): { fault: FieldFault; description: string } {
  const subject = field.findLast(({ kind }) => kind === "field" || kind === "oneof");
  const rule = ruleId.slice(ruleId.lastIndexOf(".") + 1);
  if (rule === "required" && subject?.kind === "oneof") {
    const names = subject.fields.map(({ name }) => name).join(", ");
    return { fault: "FIELD_REQUIRED", description: `exactly one of ${names} must be given` };
  }
  if (subject?.kind === "field" && subject.enum) {
    // The contract uses not_in for the UNSPECIFIED value alone.
    if (rule === "not_in") return { fault: "FIELD_REQUIRED", description: `must be one of ${namesOf(subject.enum)}` };
    if (rule === "defined_only")
      return { fault: "FIELD_OUT_OF_RANGE", description: `must be one of ${namesOf(subject.enum)}` };
  }
  if (rule === "required" || rule.endsWith("_empty")) return { fault: "FIELD_REQUIRED", description: message };
  const isBound = /^(gt|gte|lt|lte)(_|$)|^(min|max|len)_|^(min|max|len)$/.test(rule);
  return { fault: isBound ? "FIELD_OUT_OF_RANGE" : "FIELD_MALFORMED", description: message };
}

/** The values a caller can give: all but UNSPECIFIED. */
function namesOf(desc: DescEnum): string {
  return desc.values
    .filter(({ number }) => number !== 0)
    .map(({ name }) => name)
    .join(", ");
}
