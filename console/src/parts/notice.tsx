// A problem with what to do about it; and the small things that all pages are made of.

import type { ComponentChildren } from "preact";
import { number } from "../format";
import type { Problem } from "../problem";

interface NoticeProps {
  problem: Problem;
  retry?: (() => void) | undefined;
  label?: string;
  /** Another way out. */
  discard?: (() => void) | undefined;
  children?: ComponentChildren;
}

export function Notice({ problem, retry, label = "Try again", discard, children }: NoticeProps) {
  return (
    <div class="notice problem" role="alert">
      <p>
        <strong>{problem.message}</strong> {problem.advice}
      </p>
      {problem.details && <p class="details">{problem.details}</p>}
      {children}
      {(retry || discard) && (
        <div class="actions">
          {retry && (
            <button type="button" class="button" onClick={retry}>
              {label}
            </button>
          )}
          {discard && (
            <button type="button" class="button quiet" onClick={discard}>
              Discard
            </button>
          )}
        </div>
      )}
    </div>
  );
}

export function Working({ children }: { children: ComponentChildren }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> <span>{children}</span>
    </p>
  );
}

export function Loading({ what }: { what: string }) {
  return <Working>Loading {what} …</Working>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
    </div>
  );
}

export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <h1 tabIndex={-1}>{title}</h1>
      {children}
    </header>
  );
}

export function Field({ label, children, hint }: { label: string; children: ComponentChildren; hint?: string }) {
  return (
    <label class="field">
      <span class="label">{label}</span>
      {children}
      {hint && <span class="hint">{hint}</span>}
    </label>
  );
}

export function Badge({ tone, children }: { tone: string; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A wide table that scrolls by itself on a narrow screen; reachable by keyboard for that. */
export function TableBox({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="table-box" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

/** A number with its name, in a `dl` of the class `figures`. */
export function Figure({ name, value }: { name: string; value: number | string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{typeof value === "number" ? number(value) : value}</dd>
    </div>
  );
}
