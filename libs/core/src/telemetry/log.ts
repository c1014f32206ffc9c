/** PORT: logging. Fields are data, never secrets; the process adds time and trace ids. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** An `error` field holds what was thrown. */
export type LogFields = Readonly<Record<string, unknown>>;
