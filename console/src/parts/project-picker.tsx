// Which project a page is about: kept in the address, the newest at first.

import { useLoaded } from "../load";
import { useQuery } from "../router";
import { useSession } from "../session";
import type { Project } from "../types";
import { Empty, Field, Loading, Notice } from "./notice";

const MOST = 1000;

/** The chosen project, once it is known, and what to show for choosing. */
export function useProject() {
  const { api } = useSession();
  const [query, change] = useQuery();
  const projects = useLoaded(() => api.records<Project>("api/v1/dataset/projects", { sort: "-created_at" }, MOST), [api]);
  const found = projects.value ?? [];
  const wanted = query.get("project");
  const project = found.find(({ attributes }) => String(attributes.task_project_id) === wanted) ?? found[0];
  const pick = (event: Event) => change({ project: (event.currentTarget as HTMLSelectElement).value });
  const picker = projects.problem ? (
    <Notice problem={projects.problem} retry={projects.reload} />
  ) : !projects.value ? (
    <Loading what="projects" />
  ) : !project ? (
    <Empty title="No project yet">An org owner or admin creates one with the dataset API.</Empty>
  ) : (
    <Field label="Project">
      <select value={String(project.attributes.task_project_id)} onChange={pick}>
        {found.map(({ id, attributes }) => (
          <option key={id} value={String(attributes.task_project_id)}>
            {attributes.name}
          </option>
        ))}
      </select>
    </Field>
  );
  return { project, picker };
}
