// How good answers are: errors of a project's tasks, and approval of translation feedback.

import { number } from "../format";
import { useLoaded } from "../load";
import { Empty, Field, Figure, Loading, Notice, PageHead } from "../parts/notice";
import { useProject } from "../parts/project-picker";
import { useQuery } from "../router";
import { useSession } from "../session";
import type { QualityReport } from "../types";
import { ApprovalRates } from "./approval";
import { Lines, Plot, TimeBars } from "./plots";
import { buckets, groupName, largest } from "./series";

const MOST_LINES = 12;

export function QualityPage() {
  const { project, picker } = useProject();
  const [query, change] = useQuery();
  const [from, to] = [query.get("from") ?? "", query.get("to") ?? ""];
  return (
    <>
      <PageHead title="Quality" />
      <section class="stack" aria-labelledby="tasks-title">
        <h2 id="tasks-title" class="section-title">
          Tasks of a project
        </h2>
        <form class="filters narrow" onSubmit={(event) => event.preventDefault()}>
          {picker}
          {project && (
            <>
              <Field label="From">
                <input type="date" value={from} onChange={(event) => change({ from: event.currentTarget.value })} />
              </Field>
              <Field label="To">
                <input type="date" value={to} onChange={(event) => change({ to: event.currentTarget.value })} />
              </Field>
            </>
          )}
        </form>
        {project && <Report project={project.attributes.task_project_id} from={from} to={to} />}
      </section>
      <section class="stack" aria-labelledby="approval-title">
        <h2 id="approval-title" class="section-title">
          Translation feedback
        </h2>
        <ApprovalRates />
      </section>
    </>
  );
}

function Report({ project, from, to }: { project: number; from: string; to: string }) {
  const { api } = useSession();
  const load = () =>
    Promise.all(
      ["error_type", "submitter", "output"].map((group_by) =>
        api.get<QualityReport>(`v2/projects/${project}/quality.json`, { group_by, from, to }),
      ),
    );
  const reports = useLoaded(load, [api, project, from, to]);
  if (reports.problem) return <Notice problem={reports.problem} retry={reports.reload} />;
  if (!reports.value) return <Loading what="the report" />;
  const [types, submitters, outputs] = reports.value as [QualityReport, QualityReport, QualityReport];
  if (types.count === 0 && types.tasks_reviewed === 0) {
    return <Empty title="No feedback on tasks">Nothing was reviewed in this project{from || to ? " in this time" : " yet"}.</Empty>;
  }
  return (
    <>
      <dl class="figures card">
        <Figure name="Tasks reviewed" value={types.tasks_reviewed} />
        <Figure name="With errors" value={types.tasks_with_errors} />
        <Figure name="Errors" value={types.count} />
        <Figure name="Errors per task" value={types.errors_per_task === null ? "–" : types.errors_per_task.toFixed(2)} />
      </dl>
      <ErrorsOverTime report={types} />
      <Groups title="Errors by submitter" head="Submitter" report={submitters} />
      <Groups title="Errors by output" head="Output" report={outputs} />
    </>
  );
}

function ErrorsOverTime({ report }: { report: QualityReport }) {
  const title = "Errors by type over time";
  const names = report.groups.map((group) => groupName(group, report.group_by));
  const bars = buckets(report);
  const rows = bars.map(({ label, counts }) => [label, ...names.map((name) => counts.get(name) ?? 0)]);
  return (
    <Plot title={title} legend={names} table={{ head: ["From", ...names], rows }}>
      <TimeBars title={title} bars={bars} names={names} />
    </Plot>
  );
}

function Groups({ title, head, report }: { title: string; head: string; report: QualityReport }) {
  const shown = largest(report, MOST_LINES);
  return (
    <Plot title={title} table={{ head: [head, "Errors"], rows: shown.map(({ name, count }) => [name, count]) }}>
      <Lines title={title} lines={shown.map(({ name, count }) => ({ name, counts: [count], said: number(count) }))} />
    </Plot>
  );
}
