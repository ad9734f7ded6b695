// Who is signed in. The key lives as long as the tab, and nowhere else.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Api } from "./api";
import type { Caller } from "./types";

const KEY = "hearback.key";

export interface Session {
  api: Api;
  caller: Caller;
  /** Whether the caller decides for the whole organization. */
  manages: boolean;
}

export const SessionContext = createContext<Session | null>(null);

/** The session of the page; pages are shown to who is signed in only. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("nobody is signed in");
  return session;
}

export const keptKey = (): string | null => sessionStorage.getItem(KEY);
export const keepKey = (key: string): void => sessionStorage.setItem(KEY, key);
export const forgetKey = (): void => sessionStorage.removeItem(KEY);
