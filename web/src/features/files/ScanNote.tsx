import { ShieldAlert, ShieldQuestion } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './Attachment.module.css';

/** Stands for a file that cannot be opened: not yet, or never, because of what a virus scanner says. */
export function ScanNote({ state, name }: { state: 'pending' | 'infected'; name: string }) {
  const { t } = useTranslation();
  const Icon = state === 'pending' ? ShieldQuestion : ShieldAlert;
  return (
    <p className={classes.removed} data-scan={state}>
      <Icon size={16} aria-hidden />
      {name !== '' && <span>{name}</span>}
      <span>{t(state === 'pending' ? 'files.scanning' : 'files.quarantined')}</span>
    </p>
  );
}
