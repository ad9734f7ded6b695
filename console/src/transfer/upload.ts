// One file on its way in: asked for a place, uploaded there, imported by a worker.

import type { Api } from "../api";
import { Problem, asProblem, connectionLost } from "../problem";
import type { Import, Upload } from "../types";
import { passing, watched } from "./watch";

export interface Options {
  applyAll: boolean;
  approveAll: boolean;
}

/** A place for a file, and the time (as `Date.now` tells it) until which the file can be sent there. */
export interface Place extends Upload {
  until: number;
}

export interface Failed {
  step: "failed";
  problem: Problem;
  /** The file has arrived: only the news of it was lost. */
  importId?: string;
  /** Where the file was sent and has not been seen. There it can be sent again, and is imported once. */
  place?: Place;
}

export type Course =
  | { step: "queued"; /** How it ended the last time. */ before?: Failed }
  | { step: "starting" }
  | { step: "uploading"; sent: number }
  | { step: "checking" }
  | { step: "importing"; record: Import | null }
  | { step: "done"; record: Import }
  | Failed;

type Asking = Pick<Api, "get" | "post">;
type Tell = (course: Course) => void;

const USABLE = 55 * 60_000; // milliseconds in which a file can be sent to its place: not quite its hour
const LOOKS = 3; // until a file that was sent is taken for lost: the worker needs some seconds to see it
const PAUSE = 1000; // milliseconds between them

/** Bring a file in, telling every step; `before` is how it ended the last time. It never throws. */
export async function bringIn(api: Asking, file: File, options: Options, tell: Tell, before?: Failed | undefined): Promise<void> {
  let { importId, place } = before ?? {};
  try {
    if (place) {
      tell({ step: "checking" });
      if (await arrived(api, place, 1)) importId = place.importId;
      else if (Date.now() > place.until) place = undefined;
    }
    if (!importId) {
      tell({ step: "starting" });
      place ??= await begun(api, file, options);
      await sent(api, place, file, tell);
      importId = place.importId;
    }
  } catch (thrown) {
    const problem = asProblem(thrown);
    const usable = passing(problem) || problem.kind === "key";
    return tell({ step: "failed", problem, ...(place && usable ? { place } : {}) });
  }
  await follow(api, importId, tell);
}

async function begun(api: Asking, file: File, options: Options): Promise<Place> {
  if (file.size === 0) throw new Problem("request", "The file is empty.", "Choose another one.");
  const until = Date.now() + USABLE;
  const upload = await api.post<Upload>("api/v2/feedback/import/uploads", options);
  if (file.size > upload.maxSizeInMB * 1024 * 1024) {
    throw new Problem("request", `The file is larger than ${upload.maxSizeInMB} MB.`, "Split it, and import the parts.");
  }
  return { ...upload, until };
}

/** Send the file. That its answer was lost does not mean that the file was: the import knows. */
async function sent(api: Asking, place: Place, file: File, tell: Tell): Promise<void> {
  try {
    await send(place, file, (share) => tell({ step: "uploading", sent: share }));
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (!passing(problem)) throw problem;
    tell({ step: "checking" });
    if (!(await arrived(api, place, LOOKS))) throw problem;
  }
}

/** Whether the import has seen its file, which takes some seconds. */
async function arrived(api: Asking, { importId }: Place, looks: number): Promise<boolean> {
  try {
    for (let count = 1; ; count++) {
      if ((await look(api, importId)).state !== "waiting") return true;
      if (count === looks) return false;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } catch (thrown) {
    throw uncertain(asProblem(thrown));
  }
}

/** Look at an import until it is over. */
async function follow(api: Asking, importId: string, tell: Tell): Promise<void> {
  tell({ step: "importing", record: null });
  try {
    const record = await watched(
      () => look(api, importId),
      (now) => tell({ step: "importing", record: now }),
    );
    tell(record.state === "done" ? { step: "done", record } : { step: "failed", problem: unreadable(record) });
  } catch (thrown) {
    tell({ step: "failed", problem: unseen(asProblem(thrown)), importId });
  }
}

const look = (api: Asking, importId: string): Promise<Import> => api.get<Import>(`api/v2/feedback/imports/${importId}`);

/** To the presigned address. A plain XMLHttpRequest, since `fetch` does not tell how far an upload is. */
function send(upload: Upload, file: File, told: (sent: number) => void): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", file); // last, as S3 wants it
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => told(total ? loaded / total : 0);
    request.onload = () => (request.status < 300 ? resolve() : reject(unaccepted(request.status)));
    request.onerror = () => reject(uploadLost());
    request.ontimeout = () => reject(uploadLost());
    request.open("POST", upload.url);
    request.send(form);
  });
}

function uploadLost(): Problem {
  const { kind } = connectionLost();
  return new Problem(
    kind,
    "The connection was lost during the upload.",
    "Nothing was imported. Check your network and try again: the file is sent anew.",
  );
}

/** A refusal of S3 holds for this place; what failed inside may work the next time. */
function unaccepted(status: number): Problem {
  const kind = status < 500 ? "request" : "server";
  return new Problem(kind, `The upload was refused (error ${status}).`, "Try again; if it fails again, tell your operator.");
}

function uncertain(problem: Problem): Problem {
  if (!passing(problem)) return problem;
  return new Problem(
    problem.kind,
    "The connection was lost during the upload.",
    "It is not known whether the file has arrived. Check your network and try again: it is sent anew only if it has not.",
    problem.message,
  );
}

function unseen(problem: Problem): Problem {
  return new Problem(
    problem.kind,
    "The file has arrived, but nothing is known of its import at the moment.",
    "It goes on by itself. Look again to see how far it is.",
    problem.message,
  );
}

function unreadable(record: Import): Problem {
  return new Problem("request", "The file could not be imported.", "Mend the file and import it again.", record.error);
}
