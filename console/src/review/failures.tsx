import { plural } from "../format";
import { Notice } from "../parts/notice";
import { Problem } from "../problem";
import { short } from "./entry";
import type { Queue } from "./queue";
import type { Row } from "./row";

const MOST = 5; // named, of those that are not in the list

/** Above the list: what could not be saved, where no card tells it, or where there is more than one of it. */
export function Failures({ queue, retry }: { queue: Queue; retry: (rows: readonly Row[]) => void }) {
  const { failures, missing } = queue;
  const [first] = failures;
  if (!first?.problem || (failures.length === 1 && missing.length === 0)) return null;
  const { told } = first.problem;
  const message = `${plural(failures.length, "entry", "entries")} could not be saved. ${told.message}`;
  return (
    <Notice
      problem={new Problem(told.kind, message, told.advice, told.details)}
      label={failures.length > 1 ? "Try all again" : "Try again"}
      retry={() => retry(failures)}
      discard={() => queue.discard(failures)}
    >
      {missing.length > 0 && (
        <>
          <p>Not in the list below:</p>
          <ul>
            {missing.slice(0, MOST).map(({ entry, problem }) => (
              <li key={entry.feedbackId}>
                {short(entry.sourceText)}
                {problem?.change.suggestedTranslation !== undefined && <> – your text: {problem.change.suggestedTranslation}</>}
              </li>
            ))}
            {missing.length > MOST && <li>and {plural(missing.length - MOST, "more", "more")}</li>}
          </ul>
        </>
      )}
    </Notice>
  );
}
