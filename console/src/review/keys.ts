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

/** Calls the action of a key, unless something is being typed or a dialog is open. */
export function useKeys(actions: Record<string, () => void>): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const action = current.current[event.key];
      if (!action) return;
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
