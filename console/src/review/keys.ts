// The keyboard of the review page.

import { useEffect, useRef } from "preact/hooks";

export const HELP: [string, string][] = [
  ["j or ↓", "next entry"],
  ["k or ↑", "previous entry"],
  ["a", "approve"],
  ["r", "reject"],
  ["e", "edit the suggestion"],
  ["u", "undo the last decision"],
  ["x", "select, for deciding on several at once"],
  ["Esc", "leave the editor, or clear the selection"],
  ["?", "this list"],
];

/** Keys that go on while they are held; any other would decide on entry after entry. */
const HELD = ["j", "k", "ArrowDown", "ArrowUp"];

type Actions = Record<string, () => void>;

/** The action that a key means, if any. */
export function actionOf(event: KeyboardEvent, actions: Actions): (() => void) | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return undefined;
  if (event.repeat && !HELD.includes(event.key)) return undefined;
  return actions[event.key];
}

/** Calls the action of a key, unless something is being typed or a dialog is open. */
export function useKeys(actions: Actions): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const action = actionOf(event, current.current);
      if (!action || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
}
