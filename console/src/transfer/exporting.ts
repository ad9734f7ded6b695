// One export on its way out: answered at once, or written by a worker that is looked at until it is done.

import type { Api } from "../api";
import { plural } from "../format";
import { Problem, asProblem, connectionLost } from "../problem";
import type { Export } from "../types";
import { passing, watched } from "./watch";

/** What is exported, and under which name it is kept; and which export it is, once a worker writes it. */
export interface Job {
  query: Record<string, string>;
  name: string;
  exportId?: string;
}

/** Where the file can be had, and until when, as `Date.now` tells it. */
export interface Ready {
  step: "ready";
  job: Job;
  url: string;
  until: number;
}

export type Course = { step: "idle" } | { step: "working"; said: string } | Ready | { step: "failed"; job: Job; problem: Problem };

type Asking = Pick<Api, "get" | "send">;
type Tell = (course: Course) => void;

const USABLE = 55 * 60_000; // milliseconds: not quite the hour of a presigned address

/** Find out where the exported file can be had, telling every step. A job that has begun is gone on with. It never throws. */
export async function bringOut(api: Asking, job: Job, tell: Tell): Promise<void> {
  let { exportId } = job;
  const known = (): Job => ({ query: job.query, name: job.name, ...(exportId ? { exportId } : {}) });
  tell({ step: "working", said: "Collecting the entries …" });
  try {
    if (!exportId) {
      const answer = await asked(api, job.query);
      if (answer.status !== 202) return tell({ step: "ready", job, ...(await address(answer)) });
      exportId = ((await answer.json()) as Export).exportId;
    }
    const path = `api/v2/feedback/exports/${exportId}`;
    const record = await watched(
      () => api.get<Export>(path),
      ({ entries }) => tell({ step: "working", said: `${plural(entries, "entry", "entries")} written …` }),
    );
    if (record.state === "done") return tell({ step: "ready", job: known(), url: record.url, until: Date.now() + USABLE });
    exportId = undefined;
    throw new Problem("server", "The export failed.", "Try again.", record.error);
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (!passing(problem)) exportId = undefined; // it is not there any more: the next try begins anew
    tell({ step: "failed", job: known(), problem });
  }
}

function asked(api: Asking, query: Job["query"]): Promise<Response> {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return api.send("GET", `api/v2/feedback/export?${given}`);
}

/** Of the answer itself, or of the file that it leads to. */
async function address(answer: Response): Promise<Pick<Ready, "url" | "until">> {
  if (answer.redirected) {
    await answer.body?.cancel(); // the browser downloads it, not this page into its memory
    return { url: answer.url, until: Date.now() + USABLE };
  }
  const content = await answer.blob().catch(() => {
    throw connectionLost(); // it broke off in the middle
  });
  return { url: URL.createObjectURL(content), until: Infinity };
}
