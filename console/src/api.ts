// Requests to the API on whose address the console was opened.

import { type Problem, asProblem, connectionLost, envelopeProblem, refused, sessionOver } from "./problem";
import type { Records } from "./types";

/** The API's base: the page's folder, `/v1/` at a stage or `/` behind a domain of its own. */
const BASE = new URL(".", location.href.split("#")[0]);

export type Query = Record<string, string | number | undefined | null>;

const FRESH = 5000; // milliseconds for which the answer to what was asked ahead is as good as one asked now

/** Requests with one key, until it is refused or its owner signs out. */
export class Api {
  /** Called when the server no longer takes the key. */
  onRefusedKey: () => void = () => undefined;
  private closed = false;
  private readonly asked = new Map<string, Promise<unknown>>();

  constructor(readonly key: string) {}

  /** From now on nothing is sent with this key, and what is still answered tells nobody that it was refused. */
  close(): void {
    this.closed = true;
  }

  get<Document>(path: string, query: Query = {}): Promise<Document> {
    const wanted = withQuery(path, query);
    const asked = this.asked.get(wanted) as Promise<Document> | undefined;
    this.asked.delete(wanted);
    return asked ?? this.json<Document>("GET", wanted);
  }

  /** Ask for what the next page is going to `get`, before it can. */
  ahead(path: string, query: Query = {}): void {
    const wanted = withQuery(path, query);
    const answer = this.json("GET", wanted);
    this.asked.set(wanted, answer);
    const forget = () => setTimeout(() => this.asked.get(wanted) === answer && this.asked.delete(wanted), FRESH);
    answer.then(forget, forget); // also so that a failure nobody comes for is none of the page's
  }

  post<Document>(path: string, body: unknown = {}, query: Query = {}): Promise<Document> {
    return this.json<Document>("POST", withQuery(path, query), body);
  }

  put<Document>(path: string, body: unknown): Promise<Document> {
    return this.json<Document>("PUT", path, body);
  }

  patch<Document>(path: string, body: unknown): Promise<Document> {
    return this.json<Document>("PATCH", path, body);
  }

  /** All records of a JSON:API list, page after page, at most `most`. */
  async records<Kind>(path: string, query: Query, most: number): Promise<Kind[]> {
    const found: Kind[] = [];
    for (let number = 1; found.length < most; number++) {
      const size = Math.min(most, 200);
      const page = await this.get<Records<Kind>>(path, { ...query, "page[size]": size, "page[number]": number });
      found.push(...page.data);
      if (page.data.length < size) break;
    }
    return found;
  }

  /** The raw answer; redirects are followed. Throws a `Problem` unless it is a success. */
  async send(method: string, path: string, body?: unknown): Promise<Response> {
    if (this.closed) throw sessionOver();
    const headers: Record<string, string> = { Authorization: `Bearer ${this.key}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const sent = body === undefined ? null : JSON.stringify(body);
    let answer: Response;
    try {
      // Without `omit` the browser would answer a 401 by a password dialog of its own.
      answer = await fetch(new URL(path, BASE), { method, headers, body: sent, credentials: "omit" });
    } catch {
      throw connectionLost();
    }
    if (answer.ok) return answer;
    throw this.noted(refused(answer.status, await answer.text().catch(() => "")));
  }

  private async json<Document>(method: string, path: string, body?: unknown): Promise<Document> {
    const answer = await this.send(method, path, body);
    const document = await parsed(answer);
    const problem = envelopeProblem(document);
    if (problem) throw this.noted(problem);
    return document as Document;
  }

  private noted(problem: Problem): Problem {
    if (problem.kind === "key" && !this.closed) {
      this.close();
      this.onRefusedKey();
    }
    return problem;
  }
}

async function parsed(answer: Response): Promise<unknown> {
  let text: string;
  try {
    text = await answer.text();
  } catch {
    throw connectionLost(); // it broke off in the middle
  }
  try {
    return text ? JSON.parse(text) : {};
  } catch (error) {
    throw asProblem(error);
  }
}

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** Run `work` on each of `items`, a few at a time. */
export async function several<Item>(items: readonly Item[], work: (item: Item) => Promise<void>, atOnce = 6): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, worker));
}
