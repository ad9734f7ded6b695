// How much of the translation feedback was approved, by language pair.

import { several } from "../api";
import { useLoaded } from "../load";
import { Loading, Notice } from "../parts/notice";
import { pairName } from "../review/filters";
import { useSession } from "../session";
import type { ApprovalState, FeedbackList, LanguagePair } from "../types";
import { Lines, Plot, share } from "./plots";

const MOST_PAIRS = 30; // three counts are asked for each
const STATES: ApprovalState[] = ["approved", "rejected", "awaitingApproval"];

type Counts = Record<ApprovalState, number>;

export function ApprovalRates() {
  const { api } = useSession();
  const load = async () => {
    const { languagePairs } = await api.get<{ languagePairs: LanguagePair[] }>("api/v2/language-pairs");
    const found = languagePairs.slice(0, MOST_PAIRS).map((pair) => ({ pair, counts: { approved: 0, rejected: 0, awaitingApproval: 0 } as Counts }));
    const questions = found.flatMap((one) => STATES.map((state) => ({ one, state })));
    await several(questions, async ({ one, state }) => {
      const query = { languagePairId: one.pair.languagePairId, approvalStates: state, perPage: 1 };
      one.counts[state] = (await api.get<FeedbackList>("api/v2/feedback", query)).totalItems;
    });
    return { found: found.filter(({ counts }) => STATES.some((state) => counts[state])), left: languagePairs.length - found.length };
  };
  const rates = useLoaded(load, [api]);
  if (rates.problem) return <Notice problem={rates.problem} retry={rates.reload} />;
  if (!rates.value) return <Loading what="approval rates" />;
  const { found, left } = rates.value;
  if (found.length === 0) return <p class="hint">There is no translation feedback yet.</p>;
  const title = "Approval by language pair";
  const rate = ({ approved, rejected }: Counts) => share(approved, approved + rejected);
  return (
    <>
      <Plot
        title={title}
        legend={["Approved", "Rejected", "Waiting"]}
        table={{
          head: ["Language pair", "Approved", "Rejected", "Waiting", "Rate"],
          rows: found.map(({ pair, counts }) => [
            `${pairName(pair)} (${pair.languagePairId})`,
            ...STATES.map((state) => counts[state]),
            rate(counts),
          ]),
        }}
      >
        <Lines
          shares
          title={title}
          lines={found.map(({ pair, counts }) => ({ name: pairName(pair), counts: STATES.map((state) => counts[state]), said: rate(counts) }))}
        />
      </Plot>
      <p class="hint">
        The rate is that of the decided entries.{left > 0 && ` ${left} more pairs are not shown.`}
      </p>
    </>
  );
}
