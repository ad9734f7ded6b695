// Exporting feedback as TMX: at once, or when a worker has written the file.

import { useState } from "preact/hooks";
import { useLoaded } from "../load";
import { useAnnounce } from "../parts/announce";
import { Field, Notice, Working } from "../parts/notice";
import { STATES, pairName } from "../review/filters";
import { useSession } from "../session";
import type { LanguagePair } from "../types";
import { type Course, type Job, type Ready, bringOut } from "./exporting";

export function ExportPanel() {
  const { api } = useSession();
  const announce = useAnnounce();
  const [pair, setPair] = useState("");
  const [state, setState] = useState("approved");
  const [course, setCourse] = useState<Course>({ step: "idle" });
  const pairs = useLoaded(() => api.get<{ languagePairs: LanguagePair[] }>("api/v2/language-pairs"), [api]);
  const bring = (job: Job) =>
    bringOut(api, job, (now) => {
      setCourse(now);
      if (now.step !== "ready") return;
      download(now);
      announce("The export is ready, and is being downloaded.");
    });
  const begin = (event: Event) => {
    event.preventDefault();
    const query = { languagePairId: pair, approvalStates: state === "any" ? "" : state };
    void bring({ query, name: `hearback-${pair || "feedback"}-${state}.tmx` });
  };
  const again = (ready: Ready) => (Date.now() < ready.until ? download(ready) : void bring(ready.job));
  return (
    <section class="card stack" aria-labelledby="export-title">
      <h2 id="export-title">Export TMX</h2>
      <form class="stack" onSubmit={begin}>
        <Field label="Language pair">
          <select value={pair} onChange={(event) => setPair(event.currentTarget.value)}>
            <option value="">All pairs</option>
            {pairs.value?.languagePairs.map((one) => (
              <option key={one.languagePairId} value={one.languagePairId}>
                {pairName(one)} ({one.languagePairId})
              </option>
            ))}
          </select>
        </Field>
        <Field label="State">
          <select value={state} onChange={(event) => setState(event.currentTarget.value)}>
            {Object.entries(STATES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <button type="submit" class="button primary" disabled={course.step === "working"}>
          Export
        </button>
      </form>
      {pairs.problem && <Notice problem={pairs.problem} retry={pairs.reload} />}
      {course.step === "working" && <Working>{course.said}</Working>}
      {course.step === "failed" && <Notice problem={course.problem} retry={() => void bring(course.job)} />}
      {course.step === "ready" && (
        <p class="notice" role="status">
          The export is ready.
          <button type="button" class="button" onClick={() => again(course)}>
            Download again
          </button>
        </p>
      )}
    </section>
  );
}

function download({ url, job }: Ready): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = job.name;
  link.click();
}
