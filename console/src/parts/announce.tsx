// What has happened, said to everybody: shown for a while, and read out by screen readers.

import { createContext, type ComponentChildren } from "preact";
import { useCallback, useContext, useRef, useState } from "preact/hooks";

type Announce = (text: string) => void;

const Announcing = createContext<Announce>(() => undefined);

export const useAnnounce = (): Announce => useContext(Announcing);

const SHOWN = 6000; // milliseconds: long enough to read a line twice

export function Announcer({ children }: { children: ComponentChildren }) {
  const [text, setText] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const announce = useCallback((said: string) => {
    clearTimeout(timer.current);
    setText(said);
    timer.current = setTimeout(() => setText(""), SHOWN);
  }, []);
  return (
    <Announcing.Provider value={announce}>
      {children}
      <div class="announcement" role="status" aria-live="polite">
        {text && <p>{text}</p>}
      </div>
    </Announcing.Provider>
  );
}
