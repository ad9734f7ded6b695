// What was told to receivers outside, each attempt, and sending it again.

import { useState } from "preact/hooks";
import { plural, time } from "../format";
import { useEvery, useLoaded } from "../load";
import { useAnnounce } from "../parts/announce";
import { Badge, Empty, Field, Loading, Notice, PageHead, TableBox } from "../parts/notice";
import { useProject } from "../parts/project-picker";
import { type Problem, asProblem } from "../problem";
import { useQuery } from "../router";
import { useSession } from "../session";
import type { Callback, CallbackState } from "../types";
import { Attempts } from "./attempts";

const PER_PAGE = 50;
const STATES: CallbackState[] = ["owed", "sending", "waiting", "delivered", "unreachable"];
const UNDER_WAY = new Set<CallbackState>(["owed", "sending", "waiting"]);
const LOOK = 2000; // milliseconds between two looks while something is under way

export function CallbacksPage() {
  const { project, picker } = useProject();
  const [query, change] = useQuery();
  const state = query.get("state") ?? "";
  return (
    <>
      <PageHead title="Callbacks" />
      <form class="filters narrow" onSubmit={(event) => event.preventDefault()}>
        {picker}
        {project && (
          <Field label="State">
            <select value={state} onChange={(event) => change({ state: event.currentTarget.value })}>
              <option value="">All</option>
              {STATES.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </Field>
        )}
      </form>
      {project && <Log key={`${project.id} ${state}`} project={project.attributes.task_project_id} state={state} />}
    </>
  );
}

function Log({ project, state }: { project: number; state: string }) {
  const { api } = useSession();
  const announce = useAnnounce();
  const [pages, setPages] = useState(1);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const base = `v2/projects/${project}/callbacks`;
  const load = async () => {
    const found: Callback[] = [];
    for (let page = 1; page <= pages; page++) {
      const part = await api.get<{ callbacks: Callback[] }>(`${base}.json`, { state, page, page_size: PER_PAGE });
      found.push(...part.callbacks);
      if (part.callbacks.length < PER_PAGE) break;
    }
    return found;
  };
  const log = useLoaded(load, [api, base, state, pages]);
  const found = log.value ?? [];
  useEvery(LOOK, found.some((one) => UNDER_WAY.has(one.state)), log.again);
  const act = async (work: () => Promise<string>) => {
    setProblem(null);
    try {
      announce(await work());
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
    await log.reload();
  };
  const redeliver = (id: string) =>
    act(async () => {
      await api.post(`${base}/${id}/redeliver.json`);
      return "The callback is being sent again, with up to five attempts.";
    });
  const redeliverAll = () =>
    act(async () => {
      let sent = 0;
      for (let more = true; more; ) {
        const again = await api.post<{ redelivered: number; more: boolean }>(`${base}/redeliver.json`);
        sent += again.redelivered;
        more = again.more && again.redelivered > 0;
      }
      return sent ? `${plural(sent, "callback")} sent again.` : "No callback is unreachable.";
    });
  return (
    <>
      <div class="tools">
        <button type="button" class="button" onClick={() => void redeliverAll()}>
          Redeliver all unreachable
        </button>
        <button type="button" class="button quiet" onClick={() => void log.reload()}>
          Refresh
        </button>
      </div>
      {problem && <Notice problem={problem} />}
      {log.problem && <Notice problem={log.problem} retry={log.reload} />}
      {!log.value && log.loading && <Loading what="callbacks" />}
      {log.value?.length === 0 && (
        <Empty title="No callbacks">The project has sent none{state ? " in this state" : ""}. They are set up with the project.</Empty>
      )}
      {found.length > 0 && (
        <TableBox label="Callbacks, newest first">
          <table class="card flush">
            <thead>
              <tr>
                <th>Created</th>
                <th>Kind</th>
                <th>Task</th>
                <th>Receiver</th>
                <th>State</th>
                <th class="number">Attempts</th>
                <th>Last outcome</th>
                <th>
                  <span class="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.map((one) => (
                <Line
                  key={one.id}
                  callback={one}
                  path={base}
                  open={shown === one.id}
                  toggle={() => setShown(shown === one.id ? null : one.id)}
                  redeliver={() => void redeliver(one.id)}
                />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      {found.length === pages * PER_PAGE && (
        <button type="button" class="button quiet more" onClick={() => setPages(pages + 1)}>
          Load more
        </button>
      )}
    </>
  );
}

interface LineProps {
  callback: Callback;
  path: string;
  open: boolean;
  toggle: () => void;
  redeliver: () => void;
}

function Line({ callback, path, open, toggle, redeliver }: LineProps) {
  return (
    <>
      <tr>
        <td>{time(callback.created_at)}</td>
        <td>{callback.kind}</td>
        <td>
          <code>{callback.task_id}</code>
        </td>
        <td class="url">{callback.url}</td>
        <td>
          <Badge tone={callback.state}>{callback.state}</Badge>
        </td>
        <td class="number">{callback.attempts}</td>
        <td>{callback.outcome ?? "–"}</td>
        <td>
          <div class="row-actions">
            <button type="button" class="button quiet" aria-expanded={open} onClick={toggle}>
              Attempts
            </button>
            <button type="button" class="button" disabled={UNDER_WAY.has(callback.state)} onClick={redeliver}>
              Redeliver
            </button>
          </div>
        </td>
      </tr>
      {open && (
        <tr class="detail">
          <td colSpan={8}>
            <Attempts path={`${path}/${callback.id}.json`} version={`${callback.state} ${callback.attempts} ${callback.updated_at}`} />
          </td>
        </tr>
      )}
    </>
  );
}
