import { ActionIcon, Select } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role, TemplateBody } from '@/api/types';
import { PersonSelect } from '@/ui/PersonSelect';
import { limits } from './draft';
import classes from './Templates.module.css';

type TemplateMember = TemplateBody['members'][number];

const roles: readonly Role[] = ['OWNER', 'EDITOR', 'VIEWER'];

interface Props {
  members: TemplateMember[];
  mayChange: boolean;
  onChange: (members: TemplateMember[]) => void;
}

/** Who comes into every room made from a template, and as what. */
export function MembersEditor({ members, mayChange, onChange }: Props) {
  const { t } = useTranslation();
  const [added, setAdded] = useState(0); // a new search box after each
  const taken = new Set(members.map((member) => member.user_id));
  return (
    <section className={classes.part} aria-labelledby="template-members">
      <h2 id="template-members">{t('templates.members')}</h2>
      <p className={classes.quiet}>{t('templates.membersHint')}</p>
      <ul className={classes.lines}>
        {members.map((member) => {
          const name = member.name ?? member.user_id;
          return (
            <li key={member.user_id} className={classes.member}>
              <span className={classes.who}>{name}</span>
              <Select
                className={classes.role}
                aria-label={t('templates.roleOf', { name })}
                allowDeselect={false}
                disabled={!mayChange}
                data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
                value={member.role}
                onChange={(role) =>
                  role && onChange(members.map((one) => (one === member ? { ...member, role } : one)))
                }
              />
              {mayChange && (
                <ActionIcon
                  variant="subtle"
                  size={36}
                  aria-label={t('templates.removeMember', { name })}
                  onClick={() => onChange(members.filter((one) => one !== member))}
                >
                  <Trash2 size={18} aria-hidden />
                </ActionIcon>
              )}
            </li>
          );
        })}
      </ul>
      {mayChange && members.length < limits.members && (
        <PersonSelect
          key={added}
          label={t('templates.addMember')}
          value={null}
          taken={taken}
          onChange={(person) => {
            if (person?.user_id === undefined) return;
            onChange([...members, { user_id: person.user_id, name: person.name, role: 'EDITOR' }]);
            setAdded(added + 1);
          }}
        />
      )}
    </section>
  );
}
