// Projects, how far their datasets are, and where their tasks stand.

import { useState } from "preact/hooks";
import { number, percent, time } from "../format";
import { useLoaded } from "../load";
import { Badge, Empty, Figure, Loading, Notice, PageHead } from "../parts/notice";
import { address } from "../router";
import { useSession } from "../session";
import type { Dataset, Project, TaskStats } from "../types";

const MOST = 200;

export function ProjectsPage() {
  const { api } = useSession();
  const projects = useLoaded(() => api.records<Project>("api/v1/dataset/projects", { sort: "-created_at" }, MOST), [api]);
  const found = projects.value;
  return (
    <>
      <PageHead title="Projects">
        <p class="count">{found && (found.length < MOST ? number(found.length) : `the newest ${MOST}`)}</p>
        <div class="tools">
          <button type="button" class="button quiet" onClick={() => void projects.reload()}>
            Refresh
          </button>
        </div>
      </PageHead>
      {projects.problem && <Notice problem={projects.problem} retry={projects.reload} />}
      {!found && !projects.problem && <Loading what="projects" />}
      {found?.length === 0 && <Empty title="No project yet">An org owner or admin creates one with the dataset API.</Empty>}
      <ul class="stack">
        {found?.map((project, index) => (
          <ProjectCard key={project.id} project={project} open={index < 3} />
        ))}
      </ul>
    </>
  );
}

function ProjectCard({ project, open }: { project: Project; open: boolean }) {
  const { name, description, task_project_id, created_at } = project.attributes;
  const id = String(task_project_id);
  return (
    <li class="card stack">
      <header class="project-head">
        <h2>{name}</h2>
        <span class="hint">created {time(created_at)}</span>
        <span class="links">
          <a href={address("callbacks", { project: id })}>Callbacks</a> <a href={address("quality", { project: id })}>Quality</a>
        </span>
      </header>
      {description && <p class="lead">{description}</p>}
      <Progress project={project} open={open} />
    </li>
  );
}

/** Its numbers; asked for when the card is unfolded, so that many projects are not many requests. */
function Progress({ project, open }: { project: Project; open: boolean }) {
  const [shown, setShown] = useState(open);
  return (
    <details open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>Datasets and tasks of {project.attributes.name}</summary>
      {shown && <Numbers project={project} />}
    </details>
  );
}

function Numbers({ project }: { project: Project }) {
  const { api } = useSession();
  const datasets = useLoaded(
    () => api.records<Dataset>("api/v1/dataset/datasets", { "filter[project_id]": project.id }, MOST),
    [api, project.id],
  );
  const tasks = useLoaded(() => api.get<TaskStats>(`v2/projects/${project.attributes.task_project_id}/stats.json`), [api, project.id]);
  return (
    <div class="stack">
      {datasets.problem && <Notice problem={datasets.problem} retry={datasets.reload} />}
      {datasets.loading && <Loading what="datasets" />}
      {datasets.value?.length === 0 && <p class="hint">No dataset yet.</p>}
      <ul class="stack">
        {datasets.value?.map((dataset) => (
          <DatasetLine key={dataset.id} dataset={dataset} />
        ))}
      </ul>
      {tasks.problem && <Notice problem={tasks.problem} retry={tasks.reload} />}
      {tasks.value && <Tasks stats={tasks.value} />}
    </div>
  );
}

function DatasetLine({ dataset }: { dataset: Dataset }) {
  const told = dataset.attributes;
  const [total, completed, busy] = [told.entries_total_count, told.entries_completed_count, told.entries_in_progress_count];
  return (
    <li class="dataset">
      <h3>
        {told.name} <span class="hint">{told.modality}</span> <Badge tone={told.status}>{told.status.replace("_", " ")}</Badge>
      </h3>
      <progress aria-label={`Progress of ${told.name}`} max={1} value={told.progress} />
      <p class="hint">
        {percent(told.progress)}: {number(completed)} of {number(total)} entries completed, {number(busy)} in progress
      </p>
    </li>
  );
}

const STATES = ["new", "completed", "delivered", "acknowledged", "rejected"] as const;

function Tasks({ stats }: { stats: TaskStats }) {
  if (stats.total === 0) return <p class="hint">No tasks yet.</p>;
  return (
    <dl class="figures">
      <Figure name="Tasks" value={stats.total} />
      {STATES.map((state) => (
        <Figure key={state} name={state} value={stats[state]} />
      ))}
    </dl>
  );
}
