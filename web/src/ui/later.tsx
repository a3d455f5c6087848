import i18next from 'i18next';
import {
  type ButtonHTMLAttributes,
  type ComponentType,
  cloneElement,
  type ReactElement,
  type RefAttributes,
  useEffect,
  useRef,
  useState,
} from 'react';
import { tell } from './tell';

const parts: (() => Promise<unknown>)[] = [];

/** Has it fetched with the rest of the page, see `fetchLater`, unless it is wanted before. */
export function ahead<T>(load: () => Promise<T>): () => Promise<T> {
  parts.push(load);
  return load;
}

/** Milliseconds after which a part that could not be fetched is tried again. */
const tryAgain = 3_000;

/**
 * A component whose code comes after the first screen: ahead of its use where there is time, or
 * else when it is shown. `Waiting` stands in its place until then, as long as the network takes; a
 * dialog needs none.
 */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Waiting?: ComponentType,
): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  const fetch = ahead(async () => {
    loaded = await load();
    return loaded;
  });
  return function Later(props: P) {
    const [Part, setPart] = useState(() => loaded);
    useEffect(() => {
      if (Part !== undefined) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let gone = false;
      const get = () =>
        void fetch().then(
          (part) => gone || setPart(() => part),
          () => {
            if (gone) return;
            if (timer === undefined) tellLost();
            timer = setTimeout(get, tryAgain);
          },
        );
      get();
      return () => {
        gone = true;
        clearTimeout(timer);
      };
    }, [Part]);
    if (Part === undefined) return Waiting && <Waiting />;
    return <Part {...props} />;
  };
}

/** Nothing opened, or something is still on its way: says why. */
function tellLost(): void {
  tell(i18next.t('app.needsNetwork'));
}

type Button = ReactElement<ButtonHTMLAttributes<HTMLButtonElement> & RefAttributes<HTMLButtonElement>>;

/** What opens at a button, once that was pressed; see `useOpened`. */
export type Popup<P> = ComponentType<P & { button: Button }>;

/** A button that is there at once, while what it opens comes later. */
export function opener<P extends object>(
  kind: 'menu' | 'dialog',
  load: () => Promise<Popup<P>>,
): ComponentType<P & { button: Button }> {
  ahead(load);
  return function Opener(props: P & { button: Button }) {
    const [Loaded, setLoaded] = useState<Popup<P>>();
    if (Loaded !== undefined) return <Loaded {...props} />;
    return cloneElement(props.button, {
      'aria-haspopup': kind,
      'aria-expanded': false,
      onClick: () =>
        load().then(
          (popup) => setLoaded(() => popup),
          tellLost, // the next press tries again
        ),
    });
  };
}

/** The button as it was pressed, for a `Popup`: it has the focus, and gets it back; then it opens. */
export function useOpened(button: Button) {
  const ref = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
    setOpened(true);
  }, []);
  return { opened, setOpened, target: cloneElement(button, { ref }) };
}

/**
 * Whether a dialog that comes later is open: not yet when it is first there, so that it notes
 * where the focus was.
 */
export function useOpening(opened: boolean): boolean {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(opened), [opened]);
  return open;
}

/** True from the first time on: what was opened once stays, to close in its own way. */
export function useSince(now: boolean): boolean {
  const [since, setSince] = useState(now);
  if (now && !since) setSince(true);
  return since || now;
}

/** Fetches the parts, one after another, so that a bad network does not hurt later. */
export async function fetchLater(): Promise<void> {
  for (const fetch of parts) await fetch().catch(() => undefined); // tried again when it is shown
}
