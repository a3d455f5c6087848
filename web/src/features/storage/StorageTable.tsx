import { useTranslation } from 'react-i18next';
import type { StorageUse } from '@/api/types';
import { fileSize, formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import { rowsOf } from './rows';
import classes from './Storage.module.css';

interface RowProps {
  name: string;
  hint?: string;
  count: number;
  bytes: number;
  sum?: true;
}

function Row({ name, hint, count, bytes, sum }: RowProps) {
  const language = useLanguage();
  return (
    <tr data-sum={sum}>
      <th scope="row">
        {name}
        {hint !== undefined && <span className={classes.hint}>{hint}</span>}
      </th>
      <td className="figures">{formats(language).number.format(count)}</td>
      <td className="figures">{fileSize(language, bytes)}</td>
    </tr>
  );
}

export function StorageTable({ use }: { use: StorageUse }) {
  const { t } = useTranslation();
  const rows = rowsOf(use);
  return (
    <table className={classes.table} aria-label={t('storage.title')}>
      <thead>
        <tr>
          <th scope="col">{t('storage.what')}</th>
          <th scope="col">{t('storage.count')}</th>
          <th scope="col">{t('storage.size')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.kinds.map(({ kind, ...sum }) => (
          <Row key={kind} name={t(`files.kind.${kind}`)} {...sum} />
        ))}
        <Row name={t('storage.seen')} {...rows.seen} sum />
        <Row name={t('storage.deleted')} hint={t('storage.deletedHint')} {...rows.deleted} />
        <Row name={t('storage.quarantined')} hint={t('storage.quarantinedHint')} {...rows.quarantined} />
        <Row name={t('storage.unfinished')} hint={t('storage.unfinishedHint')} {...rows.unfinished} />
        <Row name={t('storage.all')} {...rows.all} sum />
      </tbody>
    </table>
  );
}
