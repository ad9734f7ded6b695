// The frame around all pages: who is signed in, where one can go, and where one is.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "./api";
import { CallbacksPage } from "./callbacks/page";
import { ModerationPage } from "./moderation/page";
import { OrganizationPage } from "./organization/page";
import { Announcer } from "./parts/announce";
import { ProjectsPage } from "./projects/page";
import { QualityPage } from "./quality/page";
import { LeavingWarning } from "./review/hooks";
import { ReviewPage } from "./review/page";
import { Queue } from "./review/queue";
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

export function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [ended, setEnded] = useState(false);
  const unfinished = useRef<Session | null>(null);
  const leave = useCallback((left: Session, refused: boolean) => {
    left.api.close();
    forgetKey();
    unfinished.current = refused ? left : null;
    setEnded(refused);
    setSession(null);
  }, []);
  const enter = useCallback((api: Api, caller: Caller) => {
    const before = unfinished.current;
    const queue = before && isSame(before.caller, caller) ? before.queue : new Queue(api);
    queue.api = api;
    const entered: Session = { api, caller, manages: caller.role !== "user", queue };
    api.onRefusedKey = () => leave(entered, true);
    keepKey(api.key);
    setEnded(false);
    setSession(entered);
  }, []);
  if (!session) {
    return (
      <>
        {unfinished.current && <LeavingWarning queue={unfinished.current.queue} />}
        <SignIn kept={keptKey()} ended={ended} enter={enter} forget={forgetKey} />
      </>
    );
  }
  return (
    <SessionContext.Provider value={session}>
      <Announcer>
        <LeavingWarning queue={session.queue} />
        <Frame session={session} leave={() => mayLeave(session.queue) && leave(session, false)} />
      </Announcer>
    </SessionContext.Provider>
  );
}

const mayLeave = (queue: Queue): boolean => !queue.unsaved || confirm("Some changes are not saved. Sign out nevertheless?");

const isSame = (one: Caller, other: Caller): boolean =>
  one.organizationId === other.organizationId && one.accountId === other.accountId;

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
