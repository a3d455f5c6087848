import { cloneElement, type ReactElement, type RefAttributes, useEffect, useRef, useState } from 'react';
import { ahead } from './later';
import type { Tooltip as TooltipType } from './Tooltip';

let Tooltip: typeof TooltipType | undefined;
const load = ahead(async () => {
  Tooltip = (await import('./Tooltip')).Tooltip;
});

interface Props {
  label: string;
  /** Whether a touch shows it too. */
  touch?: boolean;
  children: ReactElement<RefAttributes<HTMLElement>>;
}

/** Says more on hover and focus. Its code comes after what it explains, which works without. */
export function Hint({ label, touch = false, children }: Props) {
  const [There, setThere] = useState(() => Tooltip);
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    if (There !== undefined) return;
    load().then(
      // What is explained is made anew then: not under a pointer, nor what has the focus.
      () => ref.current?.matches(':hover, :focus-within') || setThere(() => Tooltip),
      () => undefined,
    );
  }, [There]);
  if (There === undefined) return cloneElement(children, { ref });
  return (
    <There label={label} multiline maw={280} events={{ hover: true, focus: true, touch }}>
      {children}
    </There>
  );
}
