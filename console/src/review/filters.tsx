// Which entries are in the queue.

import { Field } from "../parts/notice";
import type { LanguagePair } from "../types";

export interface Filters {
  pair: string;
  state: string;
  user: string;
  from: string;
  to: string;
}

export const STATES: Record<string, string> = {
  awaitingApproval: "Waiting",
  approved: "Approved",
  rejected: "Rejected",
  any: "All",
};

export function filtersOf(query: URLSearchParams): Filters {
  const state = query.get("state") ?? "";
  return {
    pair: query.get("pair") ?? "",
    state: state in STATES ? state : "awaitingApproval",
    user: query.get("user") ?? "",
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
  };
}

/** The filters as parameters of the list. */
export function parameters({ pair, state, user, from, to }: Filters): Record<string, string> {
  return {
    languagePairId: pair,
    approvalStates: state === "any" ? "" : state,
    username: user,
    startTimeCreated: from,
    endTimeCreated: to,
  };
}

export const pairName = (pair: LanguagePair): string => `${pair.sourceLanguage} → ${pair.targetLanguage}`;

interface Props {
  filters: Filters;
  pairs: LanguagePair[];
  manages: boolean;
  change: (changes: Record<string, string>) => void;
}

export function FilterBar({ filters, pairs, manages, change }: Props) {
  const set = (name: keyof Filters) => (event: Event) => {
    change({ [name]: (event.currentTarget as HTMLInputElement | HTMLSelectElement).value.trim() });
  };
  return (
    <form class="filters" role="search" aria-label="Filter the queue" onSubmit={(event) => event.preventDefault()}>
      <Field label="State">
        <select value={filters.state} onChange={set("state")}>
          {Object.entries(STATES).map(([state, name]) => (
            <option key={state} value={state}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Language pair">
        <select value={filters.pair} onChange={set("pair")}>
          <option value="">All pairs</option>
          {pairs.map((pair) => (
            <option key={pair.languagePairId} value={pair.languagePairId}>
              {pairName(pair)} ({pair.languagePairId})
            </option>
          ))}
        </select>
      </Field>
      {manages && (
        <Field label="User">
          <input type="text" inputMode="email" value={filters.user} placeholder="anybody" autocomplete="off" spellcheck={false} onChange={set("user")} />
        </Field>
      )}
      <Field label="From">
        <input type="date" value={filters.from} onChange={set("from")} />
      </Field>
      <Field label="To">
        <input type="date" value={filters.to} onChange={set("to")} />
      </Field>
      {(filters.pair || filters.user || filters.from || filters.to) && (
        <button type="button" class="link" onClick={() => change({ pair: "", user: "", from: "", to: "" })}>
          Clear filters
        </button>
      )}
    </form>
  );
}
