// Erasing a person from everything: who it is, whether it is meant, and how far it is.

import { useState } from "preact/hooks";
import { number, plural, time } from "../format";
import { useAnnounce } from "../parts/announce";
import { Badge, Field, Loading, Notice } from "../parts/notice";
import { useSession } from "../session";
import type { Erasure } from "../types";
import { Confirmation, type Person } from "./confirmation";
import { SHOWN, sum, useJobs } from "./jobs";

const PATH = "api/v1/organization/erasures";

export function ErasurePanel() {
  const { api } = useSession();
  const announce = useAnnounce();
  const [email, setEmail] = useState("");
  const [ids, setIds] = useState("");
  const [asked, setAsked] = useState<Person | null>(null);
  const load = async () => (await api.get<{ erasures: Erasure[] }>(PATH)).erasures.slice(0, SHOWN);
  const erasures = useJobs(load, [api], ({ state }) => announce(`The erasure is ${state}.`));
  const person = { email: email.trim(), userIds: linesOf(ids) };
  const ask = (event: Event) => {
    event.preventDefault();
    setAsked(person);
  };
  const erase = async ({ email, userIds }: Person) => {
    await api.post(PATH, { ...(email && { email }), ...(userIds.length > 0 && { userId: userIds }) });
    setAsked(null);
    setEmail("");
    setIds("");
    announce("The erasure has begun.");
    await erasures.reload();
  };
  return (
    <section class="card stack" aria-labelledby="erasure-title">
      <h2 id="erasure-title">Erase a person</h2>
      <p class="hint">
        Their account, keys and comments go; what they did for the organization stays, under a name by chance. There is no way back.
      </p>
      <form class="stack" onSubmit={ask}>
        <Field label="E-mail address">
          <input type="text" inputMode="email" autoComplete="off" spellcheck={false} value={email} onInput={(event) => setEmail(event.currentTarget.value)} />
        </Field>
        <Field label="User ids" hint="What clients of content feedback call them; one in each line, at most 20.">
          <textarea rows={2} spellcheck={false} value={ids} onInput={(event) => setIds(event.currentTarget.value)} />
        </Field>
        <div class="actions">
          <button type="submit" class="button reject" disabled={!person.email && person.userIds.length === 0}>
            Erase …
          </button>
        </div>
      </form>
      {asked && <Confirmation person={asked} erase={erase} close={() => setAsked(null)} />}
      {erasures.problem && <Notice problem={erasures.problem} retry={erasures.reload} />}
      {!erasures.value && erasures.loading && <Loading what="erasures" />}
      <ul class="arrivals" aria-label="Erasures">
        {erasures.value?.map((one) => (
          <ErasureItem key={one.erasureId} one={one} />
        ))}
      </ul>
    </section>
  );
}

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** Says nothing of whom it is about: that is not known any more. */
function ErasureItem({ one }: { one: Erasure }) {
  const found = Object.entries(one.found);
  return (
    <li class="arrival">
      <p>
        {time(one.created)} <Badge tone={one.state}>{one.state}</Badge>{" "}
        <span class="hint">
          now <code>{one.pseudonym}</code>; {plural(one.passes, "search", "searches")} of everything, {plural(sum(one.found), "trace")} removed
        </span>
      </p>
      {one.waitingFor && <p>Waits until this is over: {one.waitingFor}</p>}
      {one.error && <p>{one.error}</p>}
      {found.length > 0 && (
        <details>
          <summary>Where they were found</summary>
          <dl class="figures">
            {found.map(([place, count]) => (
              <div key={place}>
                <dt>{place.replaceAll("_", " ")}</dt>
                <dd>{number(count)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  );
}
