// One file on its way in: asked for a place, uploaded there, imported by a worker.

import type { Api } from "../api";
import { Problem, asProblem, connectionLost } from "../problem";
import type { Import, Upload } from "../types";

export interface Options {
  applyAll: boolean;
  approveAll: boolean;
}

export type Course =
  | { step: "starting" }
  | { step: "uploading"; sent: number }
  | { step: "importing"; record: Import | null }
  | { step: "done"; record: Import }
  | { step: "failed"; problem: Problem; /** The file has arrived: only the news of it was lost. */ importId?: string };

const OFTEN = 600; // milliseconds between two looks at an import, at first …
const SELDOM = 5000; // … and later, since large files take minutes
const PATIENCE = 5; // looks in a row that may fail before the person is asked

/** Bring a file in, telling every step. */
export async function bringIn(api: Api, file: File, options: Options, tell: (course: Course) => void): Promise<void> {
  try {
    tell({ step: "starting" });
    if (file.size === 0) throw new Problem("request", "The file is empty.", "Choose another one.");
    const upload = await api.post<Upload>("api/v2/feedback/import/uploads", options);
    if (file.size > upload.maxSizeInMB * 1024 * 1024) {
      throw new Problem("request", `The file is larger than ${upload.maxSizeInMB} MB.`, "Split it, and import the parts.");
    }
    await send(upload, file, (sent) => tell({ step: "uploading", sent }));
    await follow(api, upload.importId, tell);
  } catch (thrown) {
    tell({ step: "failed", problem: asProblem(thrown) });
  }
}

/** Look at an import until it is over. */
export async function follow(api: Api, importId: string, tell: (course: Course) => void): Promise<void> {
  let failures = 0;
  tell({ step: "importing", record: null });
  for (let pause = OFTEN; ; pause = Math.min(pause * 1.3, SELDOM)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const record = await api.get<Import>(`api/v2/feedback/imports/${importId}`);
      failures = 0;
      if (record.state === "done") return tell({ step: "done", record });
      if (record.state === "failed") return tell({ step: "failed", problem: unreadable(record) });
      tell({ step: "importing", record });
    } catch (thrown) {
      const problem = asProblem(thrown);
      const passing = problem.kind === "connection" || problem.kind === "server" || problem.kind === "busy";
      if (!passing || ++failures >= PATIENCE) return tell({ step: "failed", problem, importId });
    }
  }
}

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

function unaccepted(status: number): Problem {
  return new Problem("server", `The upload was refused (error ${status}).`, "Try again; if it fails again, tell your operator.");
}

function unreadable(record: Import): Problem {
  return new Problem("request", "The file could not be imported.", "Mend the file and import it again.", record.error);
}
