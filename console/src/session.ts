// Who is signed in. The key lives as long as the tab, and nowhere else.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Api } from "./api";
import { Problem } from "./problem";
import type { Queue } from "./review/queue";
import type { Caller } from "./types";

const KEY = "hearback.key";

export interface Session {
  api: Api;
  caller: Caller;
  /** Whether the caller decides for the whole organization. */
  manages: boolean;
  queue: Queue;
}

export const SessionContext = createContext<Session | null>(null);

/** The session of the page; pages are shown to who is signed in only. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("nobody is signed in");
  return session;
}

/** Why what was pasted cannot be a key; null if it can. A request does not even take other characters. */
export function noKey(pasted: string): Problem | null {
  if (pasted === "") return new Problem("request", "There is no key.", "Paste your API key into the field.");
  if (/^[!-~]+$/.test(pasted)) return null;
  const advice = "It holds a character that no key has, such as a space or a dash. Copy the key again, and nothing else.";
  return new Problem("request", "This is no API key.", advice);
}

export const keptKey = (): string | null => sessionStorage.getItem(KEY);
export const keepKey = (key: string): void => sessionStorage.setItem(KEY, key);
export const forgetKey = (): void => sessionStorage.removeItem(KEY);
