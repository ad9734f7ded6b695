// Whether an erasure is meant: whoever erases types once more whom.

import { useEffect, useRef, useState } from "preact/hooks";
import { Field, Notice } from "../parts/notice";
import { type Problem, asProblem } from "../problem";

export interface Person {
  email: string;
  userIds: string[];
}

interface Asked {
  person: Person;
  erase: (person: Person) => Promise<void>;
  close: () => void;
}

/** A dialog that begins the erasure once the address (or without one, the first user id) is typed. */
export function Confirmation({ person, erase, close }: Asked) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const name = person.email || person.userIds[0]!;
  const meant = typed.trim() === name;
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const confirm = async (event: Event) => {
    event.preventDefault();
    if (!meant || sending) return;
    setSending(true);
    setProblem(null);
    try {
      await erase(person);
    } catch (thrown) {
      setProblem(asProblem(thrown));
      setSending(false);
    }
  };
  return (
    <dialog ref={dialog} class="card help" aria-labelledby="confirm-title" onClose={close}>
      <form class="stack" onSubmit={(event) => void confirm(event)}>
        <h2 id="confirm-title">Erase this person for good?</h2>
        <ul>
          {person.email && <li>{person.email}</li>}
          {person.userIds.map((id) => (
            <li key={id}>
              user <code>{id}</code>
            </li>
          ))}
        </ul>
        <Field label={`Type ${name} to confirm`}>
          <input type="text" autoComplete="off" spellcheck={false} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        </Field>
        {problem && <Notice problem={problem} />}
        <div class="actions">
          <button type="submit" class="button reject" disabled={!meant || sending}>
            Erase for good
          </button>
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
