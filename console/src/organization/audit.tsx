// The audit trail: who did what, by which key, the newest first.

import { useState } from "preact/hooks";
import { useLoaded } from "../load";
import { Empty, Field, Loading, Notice } from "../parts/notice";
import { type Problem, asProblem } from "../problem";
import { useQuery } from "../router";
import { useSession } from "../session";
import type { Account, AuditLine, AuditPage } from "../types";
import { ACTIONS } from "./actions";
import { Lines } from "./lines";
import { type Wanted, look } from "./trail";

export function AuditTrail() {
  const [query, change] = useQuery();
  const wanted: Wanted = {
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
    accountId: query.get("account") ?? "",
    action: query.get("action") ?? "",
  };
  return (
    <section aria-labelledby="audit-title">
      <h2 id="audit-title" class="section-title">
        Audit trail
      </h2>
      <Filters wanted={wanted} change={change} />
      <Trail key={JSON.stringify(wanted)} wanted={wanted} />
    </section>
  );
}

function Filters({ wanted, change }: { wanted: Wanted; change: (changes: Record<string, string>) => void }) {
  const { api } = useSession();
  const accounts = useLoaded(() => api.get<{ accounts: Account[] }>("api/v1/access/accounts"), [api]);
  const known = accounts.value?.accounts ?? [];
  const gone = wanted.accountId && !known.some(({ accountId }) => String(accountId) === wanted.accountId);
  const set = (name: string) => (event: Event) => change({ [name]: (event.currentTarget as HTMLInputElement | HTMLSelectElement).value.trim() });
  return (
    <>
      {accounts.problem && <Notice problem={accounts.problem} retry={accounts.reload} />}
      <form class="filters" aria-label="Filters of the audit trail" onSubmit={(event) => event.preventDefault()}>
        <Field label="First day (UTC)">
          <input type="date" value={wanted.from} onChange={set("from")} />
        </Field>
        <Field label="Last day (UTC)">
          <input type="date" value={wanted.to} onChange={set("to")} />
        </Field>
        <Field label="Account">
          <select value={wanted.accountId} onChange={set("account")}>
            <option value="">All</option>
            {gone && <option value={wanted.accountId}>account {wanted.accountId}</option>}
            {known.map(({ accountId, email }) => (
              <option key={accountId} value={String(accountId)}>
                {email}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Action">
          <input
            type="search"
            list="actions"
            autoComplete="off"
            spellcheck={false}
            placeholder="update_feedback"
            value={wanted.action}
            onChange={set("action")}
          />
        </Field>
        <datalist id="actions">
          {ACTIONS.map((action) => (
            <option key={action} value={action} />
          ))}
        </datalist>
      </form>
    </>
  );
}

function Trail({ wanted }: { wanted: Wanted }) {
  const { api } = useSession();
  const [more, setMore] = useState<AuditPage | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [looking, setLooking] = useState(false);
  const first = useLoaded(() => look(api, wanted, ""), [api]);
  const lines: AuditLine[] = [...(first.value?.lines ?? []), ...(more?.lines ?? [])];
  const next = (more ?? first.value)?.next ?? "";
  const refresh = () => {
    setMore(null);
    void first.reload();
  };
  const loadMore = async () => {
    setLooking(true);
    setProblem(null);
    try {
      const part = await look(api, wanted, next);
      setMore({ lines: [...(more?.lines ?? []), ...part.lines], next: part.next });
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
    setLooking(false);
  };
  return (
    <>
      <div class="tools">
        <button type="button" class="button quiet" disabled={looking} onClick={refresh}>
          Refresh
        </button>
      </div>
      {first.problem && <Notice problem={first.problem} retry={first.reload} />}
      {!first.value && first.loading && <Loading what="the audit trail" />}
      {first.value && lines.length === 0 && (
        <Empty title={next ? "Nothing found so far" : "Nothing found"}>
          {wanted.from ? "Nobody did such a thing in this time." : "Without a first day, the last 30 days are searched."}
        </Empty>
      )}
      {lines.length > 0 && <Lines lines={lines} />}
      {problem && <Notice problem={problem} retry={() => void loadMore()} />}
      {next && !problem && (
        <button type="button" class="button quiet more" disabled={looking || first.loading} onClick={() => void loadMore()}>
          {lines.length > 0 ? "Load more" : "Look further back"}
        </button>
      )}
    </>
  );
}
