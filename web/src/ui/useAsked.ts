import { useState } from 'react';

/** What a dialog is about. It is kept while the dialog closes, or its words would vanish before it does. */
export function useAsked<T>() {
  const [what, setWhat] = useState<T>();
  const [opened, setOpened] = useState(false);
  return {
    what,
    opened,
    ask: (about: T) => {
      setWhat(about);
      setOpened(true);
    },
    close: () => setOpened(false),
  };
}
