// Loading what a page shows.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Problem, asProblem } from "./problem";

export interface Loaded<Value> {
  value: Value | null;
  problem: Problem | null;
  loading: boolean;
  /** Load it again; what is shown stays until the new value is there. */
  reload: () => Promise<void>;
  /** The same, unless it is being loaded at the moment. */
  again: () => void;
}

/** What `load` gives, anew whenever `inputs` change. An answer that comes too late is not shown. */
export function useLoaded<Value>(load: () => Promise<Value>, inputs: readonly unknown[]): Loaded<Value> {
  const [value, setValue] = useState<Value | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [loading, setLoading] = useState(true);
  const latest = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++latest.current;
    setLoading(true);
    try {
      const found = await load();
      if (mine !== latest.current) return;
      setValue(found);
      setProblem(null);
    } catch (thrown) {
      if (mine === latest.current) setProblem(asProblem(thrown));
    }
    if (mine === latest.current) setLoading(false);
  }, inputs);
  useEffect(() => {
    setValue(null);
    void reload();
    return () => {
      latest.current++;
    };
  }, [reload]);
  const again = () => {
    if (!loading) void reload();
  };
  return { value, problem, loading, reload, again };
}

/** Calls `look` every `milliseconds` while `active` and the page is to be seen. */
export function useEvery(milliseconds: number, active: boolean, look: () => void): void {
  const current = useRef(look);
  current.current = look;
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) current.current();
    }, milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds, active]);
}

/** Lets the browser ask before the page is closed while something is under way. */
export function useWarningBeforeLeaving(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [active]);
}
