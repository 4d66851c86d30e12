/** What the server says when it does not do what was asked (RFC 9457), or that it did not answer at all. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** More about some kinds: `code` of a refused sign-in, `faults` of a flow. */
  [more: string]: unknown;
}

/** A request that failed. `message` can be shown to a person. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.status = problem.status;
    this.problem = problem;
  }

  /** The server was not reached. */
  get isOffline(): boolean {
    return this.status === 0;
  }
}

/** Reads a problem document; makes one of whatever else came. */
export async function problemOf(response: Response): Promise<Problem> {
  const other: Problem = {
    type: "about:blank",
    title: response.statusText,
    status: response.status,
    detail: response.statusText || `HTTP ${response.status}`,
  };
  if (!response.headers.get("content-type")?.includes("json")) return other;
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? { ...other, ...body, status: response.status } : other;
  } catch {
    return other;
  }
}

/** The server was not reached at all. */
export function offline(cause: unknown): Problem {
  return { type: "about:blank", title: "offline", status: 0, detail: cause instanceof Error ? cause.message : String(cause) };
}
