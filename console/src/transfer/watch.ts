// Looking at work that goes on in the background, over a network that fails now and then.

import { type Problem, asProblem } from "../problem";
import type { WorkState } from "../types";

const OFTEN = 600; // milliseconds between two looks, at first …
const SELDOM = 5000; // … and later, since large files take minutes
const PATIENCE = 5; // looks in a row that may fail before the person is asked

/** What `look` finds when the work is done or has failed; `seen` is told what it finds before. */
export async function watched<Work extends { state: WorkState }>(look: () => Promise<Work>, seen: (now: Work) => void): Promise<Work> {
  let failures = 0;
  for (let pause = OFTEN; ; pause = Math.min(pause * 1.3, SELDOM)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const now = await look();
      failures = 0;
      if (now.state === "done" || now.state === "failed") return now;
      seen(now);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (!passing(problem) || ++failures >= PATIENCE) throw problem;
    }
  }
}

/** Whether it may help to ask the same again. */
export const passing = ({ kind }: Problem): boolean => kind === "connection" || kind === "server" || kind === "busy";
