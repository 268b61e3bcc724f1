// What can go wrong with a request, as values that the catalogs word.

/** A problem as the server tells it (RFC 9457): a stable code with the values of its sentence. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly parameters: Record<string, unknown>,
    /** The server's own sentence, in English. */
    readonly detail: string,
    /** The id of the request, which the server's log has too. */
    readonly request: string | null,
  ) {
    super(detail);
    this.name = 'Failure';
  }
}

/** No answer came. */
export class Unreachable extends Error {
  constructor() {
    super('The server did not answer.');
    this.name = 'Unreachable';
  }
}

/** Reads the body of an answer that is no success; what is no problem document becomes a failure without a code of its own. */
export function failureOf(status: number, body: unknown, request: string | null): Failure {
  const problem = isRecord(body) ? body : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const parameters = isRecord(problem.parameters) ? problem.parameters : {};
  return new Failure(
    status,
    text(problem.code) ?? 'client.no_problem',
    parameters,
    text(problem.detail) ?? `HTTP ${String(status)}`,
    text(problem.request) ?? request,
  );
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Failure && error.code === code;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
