// Work on all of the organization's data: how far it is, until it is over.

import { useEffect, useRef } from "preact/hooks";
import { type Loaded, useEvery, useLoaded } from "../load";
import type { Job } from "../types";

const LOOK = 2000; // milliseconds between two looks while something is under way

/** How many of the newest are shown. */
export const SHOWN = 10;

/** The jobs that `load` gives, newest first, loaded again while one is running; `over` is told the newest when none is any more. */
export function useJobs<One extends Job>(load: () => Promise<One[]>, inputs: readonly unknown[], over: (newest: One) => void): Loaded<One[]> {
  const jobs = useLoaded(load, inputs);
  const running = jobs.value?.some(({ state }) => state === "running") ?? false;
  const before = useRef(false);
  useEvery(LOOK, running, jobs.again);
  useEffect(() => {
    const newest = jobs.value?.[0];
    if (before.current && !running && newest) over(newest);
    before.current = running;
  }, [running]);
  return jobs;
}

/** All that was counted, whatever it is. */
export function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
