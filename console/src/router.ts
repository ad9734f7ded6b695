// Where one is: the page and its filters stand behind the # of the address, so that they survive a reload,
// go into bookmarks, and the browser's own back and forward work.

import { useEffect, useState } from "preact/hooks";

export interface Place {
  page: string;
  query: URLSearchParams;
}

export function place(): Place {
  const [page = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { page, query: new URLSearchParams(query) };
}

export function address(page: string, query: Record<string, string> = {}): string {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  const text = given.toString();
  return `#/${page}${text ? `?${text}` : ""}`;
}

export function usePlace(): Place {
  const [now, setNow] = useState(place);
  useEffect(() => {
    const moved = () => setNow(place());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return now;
}

/** Values of the address's query by name, and a function that changes some of them. */
export function useQuery(): [URLSearchParams, (changes: Record<string, string>) => void] {
  const { page, query } = usePlace();
  const change = (changes: Record<string, string>) => {
    location.hash = address(page, { ...Object.fromEntries(query), ...changes });
  };
  return [query, change];
}
