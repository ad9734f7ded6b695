// Signing in with an API key.

import { useEffect, useState } from "preact/hooks";
import { Api } from "./api";
import { Field, Loading, Notice } from "./parts/notice";
import { Problem, asProblem } from "./problem";
import { askAhead } from "./review/hooks";
import { noKey } from "./session";
import type { Caller } from "./types";

interface Props {
  /** The key that the tab has kept over a reload. */
  kept: string | null;
  /** Whether the server refused the key of a session that was going on. */
  ended: boolean;
  enter: (api: Api, caller: Caller) => void;
  forget: () => void;
}

const ENDED = new Problem(
  "key",
  "Your session has ended.",
  "The key was revoked or has expired. Sign in with a valid key: you come back to the page where you were.",
);

export function SignIn({ kept, ended, enter, forget }: Props) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<Problem | null>(ended ? ENDED : null);
  const [busy, setBusy] = useState(kept !== null && !ended);
  const open = async (tried: string) => {
    setBusy(true);
    setProblem(null);
    const api = new Api(tried);
    try {
      const me = api.get<Caller>("api/v1/access/me");
      askAhead(api);
      enter(api, await me);
    } catch (thrown) {
      const found = asProblem(thrown);
      setProblem(found);
      setBusy(false);
      if (found.kind === "key") forget();
    }
  };
  useEffect(() => {
    document.title = "Sign in · Hearback";
    if (kept !== null && !ended) void open(kept);
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    const wrong = noKey(key.trim());
    if (wrong) setProblem(wrong);
    else void open(key.trim());
  };
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit} noValidate>
        <h1>Hearback</h1>
        <p class="lead">Sign in to review feedback.</p>
        {problem && <Notice problem={problem} />}
        <Field label="API key" hint="It stays in this tab, and is forgotten when you close it.">
          <input
            type="password"
            name="key"
            autocomplete="current-password"
            spellcheck={false}
            placeholder="hb_…"
            value={key}
            disabled={busy}
            aria-invalid={problem?.kind === "key" ? "true" : undefined}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </Field>
        <button type="submit" class="button primary" disabled={busy}>
          {problem?.kind === "connection" || problem?.kind === "server" ? "Try again" : "Sign in"}
        </button>
        {busy && <Loading what="your account" />}
        <p class="hint">
          No key? An admin of your organization makes one. <a href="docs">API reference</a>
        </p>
      </form>
    </main>
  );
}
