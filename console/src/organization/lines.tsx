// The lines of the audit trail as a table.

import { plural, time } from "../format";
import { Badge, TableBox } from "../parts/notice";
import { address, useQuery } from "../router";
import type { AuditLine } from "../types";

type Alike = (change: Record<string, string>) => string;

export function Lines({ lines }: { lines: AuditLine[] }) {
  const [query] = useQuery();
  const alike: Alike = (change) => address("organization", { ...Object.fromEntries(query), ...change });
  return (
    <TableBox label="Audit trail, newest first">
      <table class="card flush trail">
        <thead>
          <tr>
            <th>When</th>
            <th>Who</th>
            <th>Action</th>
            <th>About</th>
            <th>Key</th>
            <th>Outcome</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line key={line.lineId} line={line} alike={alike} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

/** Whoever did it, and what, lead to all that is like it: an account that is gone has no other name. */
function Line({ line, alike }: { line: AuditLine; alike: Alike }) {
  return (
    <tr>
      <td>{time(line.at)}</td>
      <td>
        <a href={alike({ account: String(line.accountId) })}>{line.email || `account ${line.accountId}`}</a>
      </td>
      <td>
        <a href={alike({ action: line.action })}>
          <code>{line.action}</code>
        </a>
      </td>
      <td>
        {Object.entries(line.about).map(([name, value]) => (
          <div key={name}>
            <span class="hint">{name}</span> <Told value={value} />
          </div>
        ))}
      </td>
      <td>
        <code>{line.keyId}</code>
      </td>
      <td>{line.outcome ? <Badge tone="rejected">{line.outcome}</Badge> : <span class="hint">not refused</span>}</td>
    </tr>
  );
}

/** A line names all that was deleted, which may be thousands of ids: shown when asked for. */
function Told({ value }: { value: string }) {
  if (value.length <= SHOWN) return <>{value}</>;
  return (
    <details>
      <summary>{plural(value.split(",").length, "value")}</summary>
      {value.replaceAll(",", ", ")}
    </details>
  );
}

const SHOWN = 200; // characters
