import { time } from "../format";
import { useLoaded } from "../load";
import { Loading, Notice } from "../parts/notice";
import { useSession } from "../session";
import type { Attempt } from "../types";

/** Every attempt of a callback; asked for anew when its `version` is another. */
export function Attempts({ path, version }: { path: string; version: string }) {
  const { api } = useSession();
  const shown = useLoaded(() => api.get<{ callback: { log: Attempt[] } }>(path), [api, path, version]);
  if (shown.problem) return <Notice problem={shown.problem} retry={shown.reload} />;
  if (!shown.value) return <Loading what="attempts" />;
  const { log } = shown.value.callback;
  if (log.length === 0) return <p class="hint">It has not been tried yet.</p>;
  return (
    <ol class="attempts">
      {log.map((attempt) => (
        <li key={`${attempt.course}.${attempt.number}`}>
          <strong>{attempt.course > 1 ? `Redelivery ${attempt.course - 1}, attempt ${attempt.number}` : `Attempt ${attempt.number}`}</strong>
          : {outcome(attempt)} <span class="hint">{time(attempt.at)}{attempt.milliseconds !== null && `, ${attempt.milliseconds} ms`}</span>
          {attempt.detail && <p class="hint">{attempt.detail}</p>}
          {attempt.answer && <pre>{attempt.answer}</pre>}
        </li>
      ))}
    </ol>
  );
}

function outcome({ status, error }: Attempt): string {
  if (error) return status === null ? error : `${status}, ${error}`;
  return status === null ? "no answer" : `answered ${status}`;
}
