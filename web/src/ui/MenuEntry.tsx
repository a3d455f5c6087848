import { Menu } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import classes from './MenuEntry.module.css';

interface Props {
  icon: LucideIcon;
  label: string;
  /** Why it cannot be done now; it stays in reach of the keyboard, to be read. */
  why?: string;
  onSelect: () => void;
}

/** A line of a menu; what the state forbids is grey and says why (UX 20). */
export function MenuEntry({ icon: Icon, label, why, onSelect }: Props) {
  const off = why !== undefined;
  return (
    <Menu.Item
      leftSection={<Icon size={18} aria-hidden />}
      aria-disabled={off || undefined}
      className={off ? classes.off : undefined}
      closeMenuOnClick={!off}
      onClick={off ? undefined : onSelect}
    >
      {label}
      {off && <span className={classes.why}>{why}</span>}
    </Menu.Item>
  );
}
