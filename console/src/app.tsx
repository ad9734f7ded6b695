// The frame around all pages: who is signed in, where one can go, and where one is.

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Api } from "./api";
import { CallbacksPage } from "./callbacks/page";
import { ModerationPage } from "./moderation/page";
import { OrganizationPage } from "./organization/page";
import { Announcer } from "./parts/announce";
import { ProjectsPage } from "./projects/page";
import { QualityPage } from "./quality/page";
import { ReviewPage } from "./review/page";
import { address, usePlace } from "./router";
import { type Session, SessionContext, forgetKey, keepKey, keptKey } from "./session";
import { SignIn } from "./sign-in";
import { ArrivingLink } from "./transfer/arriving";
import { TransferPage } from "./transfer/page";
import type { Caller, Role } from "./types";

const MANAGERS: Role[] = ["org_owner", "admin"];
const EVERYBODY: Role[] = ["user", ...MANAGERS];

const PAGES = [
  { name: "review", title: "Review", show: ReviewPage, roles: EVERYBODY },
  { name: "transfer", title: "Import & export", show: TransferPage, roles: EVERYBODY },
  { name: "projects", title: "Projects", show: ProjectsPage, roles: EVERYBODY },
  { name: "callbacks", title: "Callbacks", show: CallbacksPage, roles: EVERYBODY },
  { name: "moderation", title: "Moderation", show: ModerationPage, roles: MANAGERS },
  { name: "quality", title: "Quality", show: QualityPage, roles: EVERYBODY },
  { name: "organization", title: "Organization", show: OrganizationPage, roles: ["admin"] as Role[] },
];

interface SignedIn {
  key: string;
  caller: Caller;
}

export function App() {
  const [signedIn, setSignedIn] = useState<SignedIn | null>(null);
  const [ended, setEnded] = useState(false);
  const leave = useCallback((because: boolean) => {
    forgetKey();
    setEnded(because);
    setSignedIn(null);
  }, []);
  const enter = useCallback((key: string, caller: Caller) => {
    keepKey(key);
    setEnded(false);
    setSignedIn({ key, caller });
  }, []);
  const session = useMemo<Session | null>(() => {
    if (!signedIn) return null;
    const { key, caller } = signedIn;
    return { api: new Api(key, () => leave(true)), caller, manages: caller.role !== "user" };
  }, [signedIn]);
  if (!session) return <SignIn kept={keptKey()} ended={ended} enter={enter} forget={forgetKey} />;
  return (
    <SessionContext.Provider value={session}>
      <Announcer>
        <Frame session={session} leave={() => leave(false)} />
      </Announcer>
    </SessionContext.Provider>
  );
}

function Frame({ session, leave }: { session: Session; leave: () => void }) {
  const { page } = usePlace();
  const shown = PAGES.filter(({ roles }) => roles.includes(session.caller.role));
  const current = shown.find(({ name }) => name === page) ?? shown[0]!;
  useTitle(current.title);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header class="top">
        <span class="brand">Hearback</span>
        <nav aria-label="Pages">
          <ul>
            {shown.map(({ name, title }) => (
              <li key={name}>
                <a href={address(name)} aria-current={name === current.name ? "page" : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="who">
          <ArrivingLink />
          <span title={`Organization ${session.caller.organizationId}`}>{session.caller.email}</span>
          <button type="button" class="link" onClick={leave}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <current.show key={current.name} />
      </main>
      <footer class="foot">
        <a href="docs">API reference</a>
        <span>
          {session.caller.organizationId} · {session.caller.role.replace("_", " ")}
        </span>
      </footer>
    </>
  );
}

/** To the content; an address behind # would be taken for a page. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** The page's name in the browser's tab; after a change of page the heading gets the focus. */
function useTitle(title: string): void {
  const before = useRef("");
  useEffect(() => {
    document.title = `${title} · Hearback`;
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    if (before.current) document.querySelector<HTMLElement>("main h1")?.focus();
    before.current = title;
  }, [title]);
}
