// One entry of the queue: source, machine translation and suggestion, and what to decide.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { time } from "../format";
import { memo } from "../parts/memo";
import { Badge, Notice } from "../parts/notice";
import type { ApprovalState, LanguagePair } from "../types";
import { type Part, difference } from "./diff";
import { STATES, pairName } from "./filters";
import type { Row } from "./row";

export interface Actions {
  focus: (id: string) => void;
  select: (id: string, selected: boolean) => void;
  decide: (id: string, state: ApprovalState) => void;
  edit: (id: string | null) => void;
  rewrite: (id: string, text: string) => void;
  /** Keep what is being written; null once it is given up. */
  write: (id: string, text: string | null) => void;
  retry: (row: Row) => void;
  discard: (row: Row) => void;
}

interface Props {
  row: Row;
  pair: LanguagePair | undefined;
  position: number;
  total: number;
  current: boolean;
  selected: boolean;
  editing: boolean;
  /** What was written and not saved yet. */
  draft: string | undefined;
  manages: boolean;
  actions: Actions;
}

export const EntryCard = memo(function EntryCard(props: Props) {
  const { row, pair, position, total, current, selected, editing, draft, manages, actions } = props;
  const { entry } = row;
  const id = entry.feedbackId;
  const [machine, suggested] = useMemo(
    () => difference(entry.machineTranslation, entry.suggestedTranslation),
    [entry.machineTranslation, entry.suggestedTranslation],
  );
  const lost = row.problem?.change.suggestedTranslation;
  const names = pair ? pairName(pair) : entry.languagePairId;
  return (
    <article
      id={`entry-${id}`}
      class={`entry ${current ? "current" : ""} ${row.decided ? "decided" : ""}`}
      tabIndex={current ? 0 : -1}
      aria-posinset={position}
      aria-setsize={total}
      aria-labelledby={`name-${id}`}
      aria-current={current ? "true" : undefined}
      onFocusIn={() => actions.focus(id)}
      onClick={() => actions.focus(id)}
    >
      <header>
        {manages && (
          <input
            type="checkbox"
            checked={selected}
            aria-label={`Select: ${short(entry.sourceText)}`}
            onChange={(event) => actions.select(id, event.currentTarget.checked)}
          />
        )}
        <h2 id={`name-${id}`} class="entry-name">
          {names} <span class="hidden">: {short(entry.sourceText)}</span>
        </h2>
        <Badge tone={entry.approvalState}>{STATES[entry.approvalState]}</Badge>
        {row.waiting.length > 0 && <span class="hint">saving …</span>}
        <span class="meta">
          {entry.username} · <time>{time(entry.timestamps.created)}</time>
          {entry.reviewer && <> · reviewed by {entry.reviewer}</>}
        </span>
      </header>
      <div class="texts">
        <Text title="Source" lang={pair?.sourceLanguageTag} parts={[{ text: entry.sourceText, changed: false }]} />
        <Text title="Machine" lang={pair?.targetLanguageTag} parts={machine} mark="del" />
        {editing ? (
          <Editor entry={id} text={draft ?? lost ?? entry.suggestedTranslation} lang={pair?.targetLanguageTag} actions={actions} />
        ) : (
          <Text title="Suggested" lang={pair?.targetLanguageTag} parts={suggested} mark="ins" />
        )}
      </div>
      {entry.comment && (
        <p class="comment">
          <strong>Comment:</strong> {entry.comment}
        </p>
      )}
      {row.problem && (
        <Notice problem={row.problem.told} retry={() => actions.retry(row)} discard={() => actions.discard(row)}>
          {lost !== undefined && <p class="details">Your text is kept: Edit goes on with it.</p>}
        </Notice>
      )}
      {!editing && (
        <div class="actions">
          {manages && <Decide row={row} actions={actions} />}
          <button type="button" class="button quiet" onClick={() => actions.edit(id)}>
            Edit
          </button>
          {draft !== undefined && <span class="hint">What you wrote is not saved: Edit goes on with it.</span>}
        </div>
      )}
    </article>
  );
});

function Decide({ row, actions }: { row: Row; actions: Actions }) {
  const { feedbackId, approvalState } = row.entry;
  return (
    <>
      {approvalState !== "approved" && (
        <button type="button" class="button approve" onClick={() => actions.decide(feedbackId, "approved")}>
          Approve
        </button>
      )}
      {approvalState !== "rejected" && (
        <button type="button" class="button reject" onClick={() => actions.decide(feedbackId, "rejected")}>
          Reject
        </button>
      )}
      {approvalState !== "awaitingApproval" && (
        <button type="button" class="button quiet" onClick={() => actions.decide(feedbackId, "awaitingApproval")}>
          Back to waiting
        </button>
      )}
    </>
  );
}

interface TextProps {
  title: string;
  lang: string | undefined;
  parts: Part[];
  mark?: "ins" | "del";
}

function Text({ title, lang, parts, mark: Mark = "ins" }: TextProps) {
  const empty = parts.every(({ text }) => text === "");
  return (
    <div class="text">
      <h3>{title}</h3>
      {empty ? (
        <p class="nothing">none</p>
      ) : (
        <p lang={lang || undefined} dir="auto">
          {parts.map(({ text, changed }, index) => (changed ? <Mark key={index}>{text}</Mark> : text))}
        </p>
      )}
    </div>
  );
}

function Editor({ entry, text, lang, actions }: { entry: string; text: string; lang: string | undefined; actions: Actions }) {
  const [written, setWritten] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const save = () => actions.rewrite(entry, written);
  const write = (now: string) => {
    setWritten(now);
    actions.write(entry, now);
  };
  const cancel = () => {
    actions.write(entry, null);
    actions.edit(null);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") cancel();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="text">
      <h3 id={`edit-${entry}`}>Suggested</h3>
      <textarea
        ref={field}
        rows={3}
        lang={lang || undefined}
        dir="auto"
        value={written}
        aria-labelledby={`edit-${entry}`}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={pressed}
      />
      <div class="actions">
        <button type="button" class="button primary" onClick={save}>
          Save
        </button>
        <button type="button" class="button quiet" onClick={cancel}>
          Cancel
        </button>
        <span class="hint">Ctrl+Enter saves</span>
      </div>
    </div>
  );
}

export function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
