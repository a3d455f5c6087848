import { type ReactElement, useEffect, useState } from 'react';
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
  children: ReactElement;
}

/** Says more on hover and focus. Its code comes after what it explains, which works without. */
export function Hint({ label, touch = false, children }: Props) {
  const [, setLoaded] = useState(Tooltip !== undefined);
  useEffect(() => {
    if (Tooltip === undefined)
      load().then(
        () => setLoaded(true),
        () => undefined,
      );
  }, []);
  if (Tooltip === undefined) return children;
  return (
    <Tooltip label={label} multiline maw={280} events={{ hover: true, focus: true, touch }}>
      {children}
    </Tooltip>
  );
}
