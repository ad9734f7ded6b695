// Importing TMX files: dropped or chosen, each with its progress and what became of it.

import { useReducer, useRef, useState } from "preact/hooks";
import { bytes, number, percent, plural, time } from "../format";
import { useEvery, useLoaded, useWarningBeforeLeaving } from "../load";
import { useAnnounce } from "../parts/announce";
import { Badge, Figure, Loading, Notice, TableBox } from "../parts/notice";
import { useSession } from "../session";
import type { Import } from "../types";
import { type Course, type Options, bringIn, follow } from "./upload";

interface Arrival {
  id: number;
  file: File;
  options: Options;
  course: Course;
}

type Event = { kind: "added"; arrivals: Arrival[] } | { kind: "moved"; id: number; course: Course };

function reduce(arrivals: Arrival[], event: Event): Arrival[] {
  if (event.kind === "added") return [...event.arrivals, ...arrivals];
  return arrivals.map((one) => (one.id === event.id ? { ...one, course: event.course } : one));
}

export function ImportPanel() {
  const { api, manages } = useSession();
  const announce = useAnnounce();
  const [arrivals, tell] = useReducer(reduce, []);
  const [options, setOptions] = useState<Options>({ applyAll: false, approveAll: false });
  const last = useRef(0);
  const under = arrivals.some(({ course }) => course.step !== "done" && course.step !== "failed");
  const moved = (arrival: Arrival) => (course: Course) => {
    tell({ kind: "moved", id: arrival.id, course });
    if (course.step === "done") announce(`${arrival.file.name} is imported: ${plural(course.record.successful, "entry", "entries")}.`);
    if (course.step === "failed") announce(`${arrival.file.name} is not imported.`);
  };
  const add = async (files: Iterable<File>) => {
    const added = Array.from(files, (file): Arrival => ({ id: ++last.current, file, options, course: { step: "starting" } }));
    tell({ kind: "added", arrivals: added });
    for (const arrival of added) await bringIn(api, arrival.file, arrival.options, moved(arrival)); // one after the other
  };
  const retry = (arrival: Arrival) => {
    const { course } = arrival;
    const known = course.step === "failed" ? course.importId : undefined;
    if (known) void follow(api, known, moved(arrival));
    else void bringIn(api, arrival.file, arrival.options, moved(arrival));
  };
  useWarningBeforeLeaving(under);
  return (
    <section class="card stack" aria-labelledby="import-title">
      <h2 id="import-title">Import TMX</h2>
      <DropZone add={(files) => void add(files)} />
      <label class="check">
        <input type="checkbox" checked={options.applyAll} onChange={(event) => setOptions({ ...options, applyAll: event.currentTarget.checked })} />
        For every language pair of the same languages
      </label>
      {manages && (
        <label class="check">
          <input type="checkbox" checked={options.approveAll} onChange={(event) => setOptions({ ...options, approveAll: event.currentTarget.checked })} />
          Approve what is imported
        </label>
      )}
      <ul class="arrivals">
        {arrivals.map((arrival) => (
          <ArrivalItem key={arrival.id} arrival={arrival} retry={() => retry(arrival)} />
        ))}
      </ul>
      <Newest running={under} />
    </section>
  );
}

function DropZone({ add }: { add: (files: Iterable<File>) => void }) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer?.files ?? []);
  };
  return (
    <label
      class={`drop ${over ? "over" : ""}`}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <strong>Drop TMX files here</strong>
      <span class="hint">or choose them; up to 1 GB each</span>
      <input
        type="file"
        multiple
        accept=".tmx,application/x-tmx,text/x-tmx"
        aria-label="TMX files"
        onChange={(event) => {
          add(Array.from(event.currentTarget.files ?? []));
          event.currentTarget.value = "";
        }}
      />
    </label>
  );
}

function ArrivalItem({ arrival, retry }: { arrival: Arrival; retry: () => void }) {
  const { file, course } = arrival;
  return (
    <li class="arrival">
      <p>
        <strong>{file.name}</strong> <span class="hint">{bytes(file.size)}</span>
      </p>
      {course.step === "failed" ? (
        <Notice problem={course.problem} retry={retry} />
      ) : course.step === "done" ? (
        <Outcome record={course.record} />
      ) : (
        <Progress course={course} name={file.name} />
      )}
    </li>
  );
}

function Progress({ course, name }: { course: Course; name: string }) {
  const [share, said] = progress(course);
  return (
    <>
      <progress aria-label={`Progress of ${name}`} max={1} value={share} />
      <p class="hint">{said}</p>
    </>
  );
}

/** How far it is, and in words; uploading is taken as one half of the way. */
function progress(course: Course): [number, string] {
  if (course.step === "uploading") return [course.sent / 2, `Uploading: ${percent(course.sent)}`];
  if (course.step !== "importing") return [0, "Starting …"];
  const { record } = course;
  if (!record || record.state === "waiting") return [0.5, "Uploaded; waiting to be imported …"];
  const read = record.size ? record.bytesRead / record.size : 0;
  return [0.5 + read / 2, `Importing: ${plural(record.unitsRead, "unit")} read, ${plural(record.successful, "entry", "entries")} new`];
}

function Outcome({ record }: { record: Import }) {
  return (
    <>
      <dl class="figures">
        <Figure name="Imported" value={record.successful} />
        <Figure name="Duplicate" value={record.duplicate} />
        <Figure name="Invalid" value={record.invalid} />
      </dl>
      {record.warnings.length > 0 && (
        <details open class="warnings">
          <summary>{record.invalid > record.warnings.length ? `The first ${plural(record.warnings.length, "warning")}` : plural(record.warnings.length, "warning")}</summary>
          <ul>
            {record.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** The newest imports of the organization, whoever began them. */
function Newest({ running }: { running: boolean }) {
  const { api } = useSession();
  const imports = useLoaded(() => api.get<{ imports: Import[] }>("api/v2/feedback/imports"), [api, running]);
  const found = imports.value?.imports ?? [];
  const active = found.some(({ state }) => state === "running");
  useEvery(3000, active, imports.again);
  if (imports.problem) return <Notice problem={imports.problem} retry={imports.reload} />;
  if (!imports.value) return <Loading what="earlier imports" />;
  if (found.length === 0) return null;
  return (
    <details>
      <summary>Earlier imports</summary>
      <TableBox label="Earlier imports">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>State</th>
              <th class="number">Imported</th>
              <th class="number">Duplicate</th>
              <th class="number">Invalid</th>
            </tr>
          </thead>
          <tbody>
            {found.map((one) => (
              <tr key={one.importId}>
                <td>{time(one.created)}</td>
                <td>
                  <Badge tone={one.state}>{one.state}</Badge>
                  {one.error && <p class="hint">{one.error}</p>}
                </td>
                <td class="number">{number(one.successful)}</td>
                <td class="number">{number(one.duplicate)}</td>
                <td class="number">{number(one.invalid)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </details>
  );
}
