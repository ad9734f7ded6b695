// What can go wrong between the console and the server, told so that a person knows what to do.

export type Kind = "connection" | "key" | "right" | "missing" | "busy" | "server" | "request";

export class Problem extends Error {
  constructor(
    readonly kind: Kind,
    /** What happened. */
    message: string,
    /** What the person can do about it. */
    readonly advice: string,
    /** What the server said, for whoever looks into it. */
    readonly details = "",
  ) {
    super(message);
  }
}

export function connectionLost(): Problem {
  return new Problem(
    "connection",
    "The connection to the server was lost.",
    "Check your network and try again. What was saved before is safe.",
  );
}

export function sessionOver(): Problem {
  return new Problem("key", "Your session is over.", "Sign in, and try again.");
}

/** The problem behind an answer that is no success; `body` is its text. */
export function refused(status: number, body: string): Problem {
  const said = message(body);
  if (status === 401) {
    return new Problem("key", "The server does not accept this key.", "Check it, or ask an admin for a new one.", said);
  }
  if (status === 403) {
    return new Problem("right", "Your key does not have the right to do this.", "Ask an admin of your organization.", said);
  }
  if (status === 404) {
    return new Problem("missing", "This is not there, or not yours to see.", "Reload the page to see what is there now.", said);
  }
  if (status === 429) {
    return new Problem("busy", "The server has too much to do at the moment.", "Wait a few seconds and try again.", said);
  }
  if (status >= 500) {
    return new Problem(
      "server",
      `The server failed to answer (error ${status}).`,
      "Try again. If it fails again, tell your operator what is said here.",
      said,
    );
  }
  return new Problem("request", said || "The server refused the request.", "Change what is wrong and try again.");
}

/** Whatever was thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const details = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem("server", "The console did not understand the server.", "Reload the page and try again.", details);
}

interface Told {
  error?: { message?: string; details?: string };
  errors?: { detail?: string; message?: string; title?: string }[];
  Errors?: { Message?: string; Code?: string }[];
}

/** The message in a document of any of the API's families. */
function message(body: string): string {
  try {
    const told = JSON.parse(body) as Told;
    if (told.error) return [told.error.message, told.error.details].filter(Boolean).join(" ");
    const first = told.errors?.[0];
    if (first) return first.detail ?? first.message ?? first.title ?? "";
    return told.Errors?.[0]?.Message ?? "";
  } catch {
    return ""; // not JSON: a page of some proxy's, which helps nobody
  }
}

/** The problem that a content feedback answer tells under status 200, or null. */
export function envelopeProblem(document: unknown): Problem | null {
  const told = document as Told & { HasErrors?: boolean };
  if (!told.HasErrors) return null;
  const status: Record<string, number> = {
    ERROR_PARAM_INVALID_API_KEY: 401,
    ERROR_ACCESS_DENIED: 403,
    ERROR_REQUEST_LIMIT_REACHED: 429,
    ERROR_UNKNOWN: 500,
  };
  return refused(status[told.Errors?.[0]?.Code ?? ""] ?? 400, JSON.stringify(told));
}
