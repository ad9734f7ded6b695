// The files on their way in, as every page knows of them.

import { useEffect } from "preact/hooks";
import { useWarningBeforeLeaving } from "../load";
import { useAnnounce } from "../parts/announce";
import { address } from "../router";
import { useSession } from "../session";
import { useStore } from "../store";
import { type Arrival, Arrivals, isOver } from "./arrivals";

/** Of the tab, not of a page or a session: they go on without either. */
export const arrivals = new Arrivals();

/** Lets the browser ask before the tab is closed on files that are on their way. */
export function ArrivingWarning() {
  useWarningBeforeLeaving(!useStore(arrivals).every(isOver));
  return null;
}

/** Says on every page that files are on their way in, or did not get there. */
export function ArrivingLink() {
  const session = useSession();
  const announce = useAnnounce();
  const said = summary(useStore(arrivals));
  useEffect(() => {
    arrivals.announce = announce;
    arrivals.enter(session);
    return () => arrivals.enter(null);
  }, [session, announce]);
  return said ? <a href={address("transfer")}>{said}</a> : null;
}

function summary(shown: Arrival[]): string {
  const under = shown.filter((one) => !isOver(one)).length;
  const failed = shown.filter(({ course }) => course.step === "failed").length;
  const parts = [under && `${under} under way`, failed && `${failed} failed`].filter(Boolean);
  return parts.length ? `Imports: ${parts.join(", ")}` : "";
}
