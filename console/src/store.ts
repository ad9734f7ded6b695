// State that is worked on beside the pages, and shown by whichever of them is there.

import { useEffect, useState } from "preact/hooks";

export class Store<State> {
  private readonly watchers = new Set<() => void>();

  constructor(private now: State) {}

  get state(): State {
    return this.now;
  }

  /** Calls `told` after every change, until the function that comes back is called. */
  watch(told: () => void): () => void {
    this.watchers.add(told);
    return () => void this.watchers.delete(told);
  }

  protected set(next: State): void {
    this.now = next;
    for (const told of this.watchers) told();
  }
}

/** The store's state, as it is at any time. */
export function useStore<State>(store: Store<State>): State {
  const [, show] = useState(store.state);
  useEffect(() => {
    const changed = () => show(() => store.state);
    changed(); // it may have changed before anybody watched
    return store.watch(changed);
  }, [store]);
  return store.state;
}
