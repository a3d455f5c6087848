import { useTranslation } from 'react-i18next';
import type { Role } from '@/api/types';
import classes from './Members.module.css';

export function RoleBadge({ role }: { role: Role }) {
  const { t } = useTranslation();
  return (
    <span className={classes.role} data-role={role}>
      {t(`role.${role}`)}
    </span>
  );
}
