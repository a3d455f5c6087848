import { ListChecks, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Template } from '@/api/types';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Declare.module.css';

/** What comes with a template: who is called in, and what will be asked to be done. */
export function Preview({ template: { members, checklist } }: { template: Template }) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (members.length === 0 && checklist.length === 0) return null;
  return (
    <div className={classes.preview}>
      {members.length > 0 && (
        <div>
          <Users size={16} aria-hidden />
          <span>{t('declare.joins')}</span>
          <ul>
            {members.map(({ user_id, name, role }) => (
              <li key={user_id}>
                {t('declare.joinsOne', { name: name ?? user_id, role: t(`role.${role}`) })}
              </li>
            ))}
          </ul>
        </div>
      )}
      {checklist.length > 0 && (
        <details>
          <summary>
            <ListChecks size={16} aria-hidden />
            {t('declare.checklist', { count: checklist.length })}
          </summary>
          <ol>
            {checklist.map(({ zh, en }) => (
              <li key={zh}>{language === 'en' ? en : zh}</li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}
