// Exporting feedback as TMX: at once, or when a worker has written the file.

import { useState } from "preact/hooks";
import type { Api } from "../api";
import { plural } from "../format";
import { useLoaded } from "../load";
import { useAnnounce } from "../parts/announce";
import { Field, Notice, Working } from "../parts/notice";
import { Problem, asProblem } from "../problem";
import { STATES, pairName } from "../review/filters";
import { useSession } from "../session";
import type { Export, LanguagePair } from "../types";

type Course =
  | { step: "idle" }
  | { step: "working"; said: string }
  | { step: "ready"; name: string; url: string }
  | { step: "failed"; problem: Problem };

const PAUSE = 1500; // milliseconds between two looks at an export

export function ExportPanel() {
  const { api } = useSession();
  const announce = useAnnounce();
  const [pair, setPair] = useState("");
  const [state, setState] = useState("approved");
  const [course, setCourse] = useState<Course>({ step: "idle" });
  const pairs = useLoaded(() => api.get<{ languagePairs: LanguagePair[] }>("api/v2/language-pairs"), [api]);
  const begin = async (event?: Event) => {
    event?.preventDefault();
    setCourse({ step: "working", said: "Collecting the entries …" });
    try {
      const query = { languagePairId: pair, approvalStates: state === "any" ? "" : state };
      const url = await fetched(api, query, (said) => setCourse({ step: "working", said }));
      const name = `hearback-${pair || "feedback"}-${state}.tmx`;
      setCourse({ step: "ready", name, url });
      download(url, name);
      announce("The export is ready, and is being downloaded.");
    } catch (thrown) {
      setCourse({ step: "failed", problem: asProblem(thrown) });
    }
  };
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
      {course.step === "failed" && <Notice problem={course.problem} retry={() => void begin()} />}
      {course.step === "ready" && (
        <p class="notice" role="status">
          The export is ready.
          <a class="button" href={course.url} download={course.name}>
            Download again
          </a>
        </p>
      )}
    </section>
  );
}

/** Where the exported file can be had: the answer itself, the file it leads to, or what a worker writes. */
async function fetched(api: Api, query: Record<string, string>, tell: (said: string) => void): Promise<string> {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  const answer = await api.send("GET", `api/v2/feedback/export?${given}`);
  if (answer.status === 202) return written(api, (await answer.json()) as Export, tell);
  if (!answer.redirected) return URL.createObjectURL(await answer.blob());
  await answer.body?.cancel(); // the browser downloads it, not this page into its memory
  return answer.url;
}

async function written(api: Api, begun: Export, tell: (said: string) => void): Promise<string> {
  for (let record = begun; ; record = await api.get<Export>(`api/v2/feedback/exports/${begun.exportId}`)) {
    if (record.state === "done") return record.url;
    if (record.state === "failed") throw new Problem("server", "The export failed.", "Try again.", record.error);
    tell(`${plural(record.entries, "entry", "entries")} written …`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function download(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
