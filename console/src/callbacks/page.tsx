// What was told to receivers outside, each attempt, and sending it again.

import { useEffect, useMemo, useState } from "preact/hooks";
import { plural, time } from "../format";
import { useEvery } from "../load";
import { useAnnounce } from "../parts/announce";
import { Badge, Empty, Field, Loading, Notice, PageHead, TableBox } from "../parts/notice";
import { useProject } from "../parts/project-picker";
import { type Problem, asProblem } from "../problem";
import { useQuery } from "../router";
import { useSession } from "../session";
import { useStore } from "../store";
import type { Callback, CallbackState } from "../types";
import { Attempts } from "./attempts";
import { Log, isUnderWay } from "./log";

const STATES: CallbackState[] = ["owed", "sending", "waiting", "delivered", "unreachable"];
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
      {project && <LogPanel key={`${project.id} ${state}`} project={project.attributes.task_project_id} state={state} />}
    </>
  );
}

function LogPanel({ project, state }: { project: number; state: string }) {
  const { api } = useSession();
  const announce = useAnnounce();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const base = `v2/projects/${project}/callbacks`;
  const log = useMemo(() => new Log(api, base, state), [api, base, state]);
  const { rows, complete, problem: unloaded } = useStore(log);
  const refresh = () => void log.refresh();
  useEffect(refresh, [log]);
  useEvery(LOOK, rows?.some(isUnderWay) ?? false, () => void log.look());
  const act = async (work: () => Promise<string>) => {
    setProblem(null);
    try {
      announce(await work());
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  };
  const redeliver = (id: string) =>
    act(async () => {
      await log.redeliver(id);
      return "The callback is being sent again, with up to five attempts.";
    });
  const redeliverAll = () =>
    act(async () => {
      let sent = 0;
      try {
        for (let more = true; more; ) {
          const again = await api.post<{ redelivered: number; more: boolean }>(`${base}/redeliver.json`);
          sent += again.redelivered;
          more = again.more && again.redelivered > 0;
        }
      } finally {
        refresh();
      }
      return sent ? `${plural(sent, "callback")} sent again.` : "No callback is unreachable.";
    });
  return (
    <>
      <div class="tools">
        <button type="button" class="button" onClick={() => void redeliverAll()}>
          Redeliver all unreachable
        </button>
        <button type="button" class="button quiet" onClick={refresh}>
          Refresh
        </button>
      </div>
      {problem && <Notice problem={problem} />}
      {unloaded && <Notice problem={unloaded} retry={() => void (rows ? log.look() : log.refresh())} />}
      {!rows && !unloaded && <Loading what="callbacks" />}
      {rows?.length === 0 && (
        <Empty title="No callbacks">The project has sent none{state ? " in this state" : ""}. They are set up with the project.</Empty>
      )}
      {rows && rows.length > 0 && (
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
              {rows.map((one) => (
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
      {rows && !complete && (
        <button type="button" class="button quiet more" onClick={() => void log.more()}>
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
            <button type="button" class="button" disabled={isUnderWay(callback)} onClick={redeliver}>
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
