// Exporting everything that is the organization's, as files of JSON Lines.

import { useState } from "preact/hooks";
import { instant, plural, time } from "../format";
import { useAnnounce } from "../parts/announce";
import { Badge, Loading, Notice } from "../parts/notice";
import { type Problem, asProblem } from "../problem";
import { useSession } from "../session";
import type { DataExport, DataFile, FilePage } from "../types";
import { SHOWN, sum, useJobs } from "./jobs";

const PATH = "api/v1/organization/exports";
const FILES_KEPT = 30 * 86_400_000; // milliseconds

export function ExportPanel() {
  const { api } = useSession();
  const announce = useAnnounce();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [starting, setStarting] = useState(false);
  // The list, as each look at a single export hands out links, and so has a line in the audit trail.
  const load = async () => (await api.get<{ exports: DataExport[] }>(PATH)).exports.slice(0, SHOWN);
  const exports = useJobs(load, [api], ({ state }) => announce(`The export is ${state}.`));
  const begin = async () => {
    setStarting(true);
    setProblem(null);
    try {
      await api.post(PATH);
      announce("The export has begun.");
      await exports.reload();
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
    setStarting(false);
  };
  return (
    <section class="card stack" aria-labelledby="everything-title">
      <h2 id="everything-title">Export everything</h2>
      <p class="hint">
        All records of all families, accounts, keys without their secrets, and the audit trail, as files of JSON Lines that are kept for 30 days.
      </p>
      <div class="actions">
        <button type="button" class="button primary" disabled={starting} onClick={() => void begin()}>
          Start an export
        </button>
      </div>
      {problem && <Notice problem={problem} />}
      {exports.problem && <Notice problem={exports.problem} retry={exports.reload} />}
      {!exports.value && exports.loading && <Loading what="exports" />}
      <ul class="arrivals" aria-label="Exports">
        {exports.value?.map((one) => (
          <ExportItem key={one.exportId} one={one} />
        ))}
      </ul>
    </section>
  );
}

function ExportItem({ one }: { one: DataExport }) {
  const kept = Date.now() - (instant(one.created)?.getTime() ?? 0) < FILES_KEPT;
  const records = plural(sum(one.records), "record");
  return (
    <li class="arrival">
      <p>
        {time(one.created)} <Badge tone={one.state}>{one.state}</Badge>{" "}
        <span class="hint">{one.state === "running" ? `${records} so far` : records}</span>
      </p>
      {one.state === "done" && (kept ? <Files one={one} /> : <p class="hint">Its files are gone.</p>)}
    </li>
  );
}

/** Links to the export's files, made when they are asked for: they end after an hour. */
function Files({ one }: { one: DataExport }) {
  const { api } = useSession();
  const [files, setFiles] = useState<DataFile[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const show = async () => {
    setProblem(null);
    try {
      const found: DataFile[] = [];
      let next = "";
      do {
        const page = await api.get<FilePage>(`${PATH}/${one.exportId}${next && `?after=${encodeURIComponent(next)}`}`);
        found.push(...page.files);
        next = page.next ?? "";
      } while (next);
      setFiles(found);
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  };
  return (
    <>
      <div class="actions">
        <button type="button" class="button" onClick={() => void show()}>
          {files ? "Make new links" : "Make links"} <span class="hidden">to the files of {time(one.created)}</span>
        </button>
        {files && <span class="hint">Whoever has a link can use it, for an hour.</span>}
      </div>
      {problem && <Notice problem={problem} />}
      {files && (
        <ul class="files" aria-label="Files">
          {files.map(({ name, url }) => (
            <li key={name}>
              <a href={url} download={name}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
