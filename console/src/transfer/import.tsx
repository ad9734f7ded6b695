// Importing TMX files: dropped or chosen, each with its progress and what became of it.

import { useEffect, useRef, useState } from "preact/hooks";
import { bytes, number, percent, plural, time } from "../format";
import { useEvery, useLoaded } from "../load";
import { Badge, Figure, Loading, Notice, TableBox } from "../parts/notice";
import { useSession } from "../session";
import { useStore } from "../store";
import type { Import } from "../types";
import { type Arrival, isOver } from "./arrivals";
import { arrivals } from "./arriving";
import type { Course, Options } from "./upload";

export function ImportPanel() {
  const { manages } = useSession();
  const shown = useStore(arrivals);
  const [options, setOptions] = useState<Options>({ applyAll: false, approveAll: false });
  return (
    <section class="card stack" aria-labelledby="import-title">
      <h2 id="import-title">Import TMX</h2>
      <DropZone add={(files) => arrivals.add(files, options)} />
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
        {shown.map((one) => (
          <ArrivalItem key={one.id} arrival={one} retry={() => arrivals.retry(one.id)} dismiss={() => arrivals.dismiss(one.id)} />
        ))}
      </ul>
      <Newest over={shown.filter(isOver).length} />
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

function ArrivalItem({ arrival, retry, dismiss }: { arrival: Arrival; retry: () => void; dismiss: () => void }) {
  const { file, course } = arrival;
  return (
    <li class="arrival">
      <p>
        <strong>{file.name}</strong> <span class="hint">{bytes(file.size)}</span>{" "}
        {isOver(arrival) && (
          <button type="button" class="link" onClick={dismiss}>
            Dismiss <span class="hidden">{file.name}</span>
          </button>
        )}
      </p>
      {course.step === "failed" ? (
        <Notice problem={course.problem} retry={retry} label={course.importId ? "Look again" : "Try again"} />
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
  if (course.step === "checking") return [0.5, "Looking whether the file has arrived …"];
  if (course.step === "queued") return [0, "Waiting for its turn …"];
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
          <Warnings of={record} />
        </details>
      )}
    </>
  );
}

const Warnings = ({ of }: { of: Import }) => (
  <ul>
    {of.warnings.map((warning) => (
      <li key={warning}>{warning}</li>
    ))}
  </ul>
);

/** The newest imports of the organization, whoever began them; `over` of them were brought in here. */
function Newest({ over }: { over: number }) {
  const { api } = useSession();
  const imports = useLoaded(() => api.get<{ imports: Import[] }>("api/v2/feedback/imports"), [api]);
  const before = useRef(over);
  useEffect(() => {
    if (over > before.current) void imports.reload();
    before.current = over;
  }, [over]);
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
                  {one.warnings.length > 0 && (
                    <details class="warnings">
                      <summary>Warnings</summary>
                      <Warnings of={one} />
                      {one.invalid > one.warnings.length && <p class="hint">The first {number(one.warnings.length)} of {number(one.invalid)}.</p>}
                    </details>
                  )}
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
