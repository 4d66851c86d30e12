/**
 * How the console asks the server. `api` is typed by the OpenAPI document; `ok` gives the answer's body or throws an
 * `ApiError`:
 *
 *     const call = await ok(api.GET("/v1/calls/{id}", { params: { path: { id } } }));
 *
 * `send` is the same without types of the document, for what it does not describe.
 */
import createClient from "openapi-fetch";
import { ApiError, offline, problemOf } from "./problem";
import type { paths } from "./schema";

/** The header that shows that a request of the session's cookie comes from this page. */
const CSRF = "x-csrf-token";

let csrf: string | undefined;
const expiredListeners = new Set<() => void>();
let renew: (() => Promise<boolean>) | undefined;

/** Sets what `GET /v1/session` gave; `undefined` when nobody is signed in. */
export function setCsrf(token: string | undefined): void {
  csrf = token;
}

/** Is told when the server no longer knows the session that this page began with. */
export function onExpired(listener: () => void): () => void {
  expiredListeners.add(listener);
  return () => expiredListeners.delete(listener);
}

/**
 * Reads the session anew where the token is not the one of the cookie any more: somebody has signed in, or changed the
 * password, in another window. `true`: it is still the same person, who may go on.
 */
export function onStaleToken(renewal: () => Promise<boolean>): () => void {
  renew = renewal;
  return () => {
    if (renew === renewal) renew = undefined;
  };
}

async function isStaleToken(response: Response): Promise<boolean> {
  return response.status === 403 && (await problemOf(response.clone()))["code"] === "csrf";
}

function isSignIn(request: Request): boolean {
  return new URL(request.url).pathname.startsWith("/v1/session");
}

/** `fetch` with the session: adds the CSRF token, and tells of an expired session. */
export async function sessionFetch(input: Request): Promise<Response> {
  const { method } = input;
  if (csrf && method !== "GET" && method !== "HEAD") input.headers.set(CSRF, csrf);
  let response: Response;
  try {
    response = await fetch(input);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(offline(cause));
  }
  if (response.status === 401 && csrf && !isSignIn(input)) expiredListeners.forEach((listener) => listener());
  return response;
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: sessionFetch, credentials: "same-origin" });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer, or an `ApiError`. */
export async function ok<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  const { status, statusText } = response;
  const other = { type: "about:blank", title: statusText, status, detail: statusText || `HTTP ${status}` };
  throw new ApiError(typeof error === "object" && error !== null ? { ...other, ...error, status } : other);
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type Query = Record<string, string | number | boolean | null | undefined>;

interface SendOptions {
  query?: Query;
  body?: unknown;
  /** A body that is not JSON: a file. */
  raw?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The address of something with its query; what is empty is left out. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** Asks for something and gives the answer as it came; throws an `ApiError` where it is refused. */
export async function ask(method: Method, path: string, options: SendOptions = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  let body = options.raw;
  if (options.body !== undefined) {
    headers.set("content-type", "application/json");
    body = JSON.stringify(options.body);
  }
  const url = new URL(address(path, options.query), location.origin);
  const fetched = () => sessionFetch(new Request(url, { method, headers, body, credentials: "same-origin", signal: options.signal }));
  let response = await fetched();
  if ((await isStaleToken(response)) && (await renew?.()) === true) response = await fetched();
  if (!response.ok) throw new ApiError(await problemOf(response));
  return response;
}

/** Asks for something and reads the JSON that comes back; `undefined` where nothing comes. */
export async function send<T>(method: Method, path: string, options: SendOptions = {}): Promise<T> {
  const response = await ask(method, path, options);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}
