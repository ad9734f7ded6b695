// Flagged content that waits for a decision, longest first.

import { useState } from "preact/hooks";
import { number, plural, time } from "../format";
import { useLoaded } from "../load";
import { useAnnounce } from "../parts/announce";
import { Badge, Empty, Loading, Notice, PageHead } from "../parts/notice";
import { type Problem, asProblem } from "../problem";
import { useSession } from "../session";
import type { Statistics, WaitingContent } from "../types";

const PER_PAGE = 25;

interface Part {
  Contents: WaitingContent[];
  Next: string | null;
}

export function ModerationPage() {
  const { api } = useSession();
  const [more, setMore] = useState<{ contents: WaitingContent[]; next: string | null } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const page = (after: string | null) => api.get<Part>("data/moderation.json", { Limit: PER_PAGE, After: after });
  const queue = useLoaded(() => page(null), [api]);
  const contents = [...(queue.value?.Contents ?? []), ...(more?.contents ?? [])];
  const next = more ? more.next : queue.value?.Next;
  const restart = () => {
    setMore(null);
    void queue.reload();
  };
  const loadMore = async () => {
    try {
      const part = await page(next ?? null);
      setMore({ contents: [...(more?.contents ?? []), ...part.Contents], next: part.Next });
      setProblem(null);
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  };
  return (
    <>
      <PageHead title="Moderation">
        <p class="count" role="status">
          {queue.value && `${number(contents.length)}${next ? " or more" : ""} waiting`}
        </p>
        <div class="tools">
          <button type="button" class="button quiet" onClick={restart}>
            Refresh
          </button>
        </div>
      </PageHead>
      {queue.problem && <Notice problem={queue.problem} retry={queue.reload} />}
      {!queue.value && queue.loading && <Loading what="flagged content" />}
      {queue.value && contents.length === 0 && (
        <Empty title="Nothing to moderate">Content comes here once enough of its readers have flagged it.</Empty>
      )}
      <ul class="stack">
        {contents.map((content) => (
          <Case key={`${content.ContentType} ${content.ContentId}`} content={content} />
        ))}
      </ul>
      {problem && <Notice problem={problem} retry={() => void loadMore()} />}
      {next && !problem && (
        <button type="button" class="button quiet more" onClick={() => void loadMore()}>
          Load more
        </button>
      )}
    </>
  );
}

type Decision = "APPROVED" | "REJECTED";

function Case({ content }: { content: WaitingContent }) {
  const { api } = useSession();
  const announce = useAnnounce();
  const about = { ContentType: content.ContentType, ContentId: content.ContentId };
  const [decision, setDecision] = useState<Decision | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const facts = useLoaded(() => api.get<Statistics>("data/feedback.json", { ...about, Limit: 20 }), [api, content.ContentId]);
  const decide = async (meant: Decision) => {
    setProblem(null);
    try {
      await api.post("data/moderation.json", { ...about, ModerationStatus: meant });
      setDecision(meant);
      announce(`${content.ContentId} is ${meant.toLowerCase()}.`);
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  };
  return (
    <li class={`card stack ${decision ? "settled" : ""}`}>
      <header class="project-head">
        <h2>
          {content.ContentId} <span class="hint">{content.ContentType.replace("_", " ")}</span>
        </h2>
        {decision && <Badge tone={decision.toLowerCase()}>{decision.toLowerCase()}</Badge>}
        <span class="hint">waiting since {time(content.Since)}</span>
      </header>
      {facts.problem && <Notice problem={facts.problem} retry={facts.reload} />}
      {facts.value && <Flags facts={facts.value} />}
      {problem && <Notice problem={problem} />}
      <div class="actions">
        <button type="button" class="button approve" disabled={decision === "APPROVED"} onClick={() => void decide("APPROVED")}>
          Approve <span class="hidden">{content.ContentId}</span>
        </button>
        <button type="button" class="button reject" disabled={decision === "REJECTED"} onClick={() => void decide("REJECTED")}>
          Reject <span class="hidden">{content.ContentId}</span>
        </button>
      </div>
    </li>
  );
}

function Flags({ facts }: { facts: Statistics }) {
  const flags = facts.InappropriateFeedbackList ?? [];
  return (
    <>
      <p>
        {plural(facts.TotalInappropriateFeedbackCount, "flag")} · {number(facts.TotalPositiveFeedbackCount)} found it helpful,{" "}
        {number(facts.TotalNegativeFeedbackCount)} did not
      </p>
      <ul class="flags">
        {flags.map(({ AuthorId, ReasonText, SubmissionTime }) => (
          <li key={`${AuthorId} ${SubmissionTime}`}>
            {ReasonText ? <q>{ReasonText}</q> : <em>no reason given</em>}{" "}
            <span class="hint">
              {AuthorId ?? "somebody"}, {time(SubmissionTime)}
            </span>
          </li>
        ))}
      </ul>
      {facts.Next && <p class="hint">The first {number(flags.length)} flags are shown.</p>}
    </>
  );
}
