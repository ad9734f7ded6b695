// How long what is kept, and what the last runs have ended.

import { useState } from "preact/hooks";
import { number, time } from "../format";
import { useLoaded } from "../load";
import { useAnnounce } from "../parts/announce";
import { Badge, Field, Loading, Notice } from "../parts/notice";
import { type Problem, asProblem } from "../problem";
import { useSession } from "../session";
import type { Periods, Retention } from "../types";
import { SHOWN, sum } from "./jobs";

const PATH = "api/v1/organization/retention";
const LONGEST = 36_500; // days

type Kind = keyof Periods;

const KINDS: { kind: Kind; label: string; ends: string }[] = [
  { kind: "translationFeedback", label: "Translation feedback", ends: "Approved and rejected entries, after their last change." },
  { kind: "callbacks", label: "Callbacks", ends: "Delivered or given up, with their attempts." },
  { kind: "contentAuthors", label: "Authors of votes and flags", ends: "Whose they are, and the flags' reasons; they stay counted." },
];

export function RetentionPanel() {
  const { api } = useSession();
  const retention = useLoaded(() => api.get<Retention>(PATH), [api]);
  return (
    <section class="card stack" aria-labelledby="retention-title">
      <h2 id="retention-title">Retention</h2>
      {retention.problem && <Notice problem={retention.problem} retry={retention.reload} />}
      {!retention.value && retention.loading && <Loading what="periods" />}
      {retention.value && <PeriodsForm kept={retention.value} />}
      {retention.value && <Runs runs={retention.value.runs.slice(0, SHOWN)} />}
    </section>
  );
}

type Typed = Record<Kind, string>;

const typedOf = (kept: Periods): Typed => ({
  translationFeedback: String(kept.translationFeedback),
  callbacks: String(kept.callbacks),
  contentAuthors: String(kept.contentAuthors),
});

function PeriodsForm({ kept }: { kept: Retention }) {
  const { api } = useSession();
  const announce = useAnnounce();
  const [saved, setSaved] = useState<Periods>(kept);
  const [typed, setTyped] = useState(typedOf(kept));
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const changed = KINDS.filter(({ kind }) => Number(typed[kind]) !== saved[kind]);
  const save = async (event: Event) => {
    event.preventDefault();
    setSaving(true);
    setProblem(null);
    try {
      // Only what was changed here: what another admin changes meanwhile stays.
      const now = await api.patch<Retention>(PATH, Object.fromEntries(changed.map(({ kind }) => [kind, Number(typed[kind])])));
      setSaved(now);
      setTyped(typedOf(now));
      announce("The periods are saved, and hold from the next day's run on.");
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
    setSaving(false);
  };
  return (
    <form class="stack" onSubmit={(event) => void save(event)}>
      <p class="hint">Days, 30 at least; 0 keeps for good. Once a day, what is older ends. There is no way back.</p>
      {KINDS.map(({ kind, label, ends }) => (
        <Field key={kind} label={`${label}, days`} hint={ends}>
          <input
            type="number"
            required
            min={0}
            max={LONGEST}
            value={typed[kind]}
            onInput={(event) => setTyped({ ...typed, [kind]: event.currentTarget.value })}
          />
        </Field>
      ))}
      {problem && <Notice problem={problem} />}
      <div class="actions">
        <button type="submit" class="button primary" disabled={saving || changed.length === 0}>
          Save
        </button>
      </div>
    </form>
  );
}

function Runs({ runs }: { runs: Retention["runs"] }) {
  if (runs.length === 0) return <p class="hint">No run yet.</p>;
  return (
    <ul class="arrivals" aria-label="Runs">
      {runs.map(({ created, state, ended }) => (
        <li key={created} class="arrival">
          <p>
            {time(created)} <Badge tone={state}>{state}</Badge> <span class="hint">{number(sum(ended))} ended</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
