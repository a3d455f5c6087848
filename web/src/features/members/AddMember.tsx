import { Alert, Button, Group, Radio } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { membersQuery, roomQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { FoundPerson, Member, Role } from '@/api/types';
import { PersonSelect } from '@/ui/PersonSelect';
import { TroubleText } from '@/ui/TroubleText';
import { tell } from '@/ui/tell';
import classes from './Members.module.css';

interface Props {
  roomId: string;
  roles: Role[];
  members: Member[];
  onClose: () => void;
}

export function AddMember({ roomId, roles, members, onClose }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [person, setPerson] = useState<FoundPerson>();
  const [role, setRole] = useState<Role>(roles[0] ?? 'VIEWER');
  const [asked, setAsked] = useState(false);
  const add = $api.useMutation('post', '/api/rooms/{room_id}/members');

  const known = new Set(members.map((member) => member.user_id));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (person === undefined) return;
    const { user_id, directory_key } = person;
    add.mutate(
      { params: { path: { room_id: roomId } }, body: { user_id, directory_key, role } },
      {
        onSuccess: (member) => {
          onClose();
          tell(t('members.added', { name: member.name }));
          void cache.invalidateQueries({ queryKey: membersQuery(roomId).queryKey });
          void cache.invalidateQueries({ queryKey: roomQuery(roomId).queryKey });
        },
      },
    );
  };

  return (
    <form className={classes.add} onSubmit={submit} aria-label={t('members.add')}>
      <PersonSelect
        label={t('members.person')}
        autoFocus
        value={person?.user_id ?? person?.directory_key ?? null}
        taken={known}
        directory
        onChange={(chosen) => {
          setPerson(chosen);
          if (add.isError) add.reset();
        }}
        error={asked && person === undefined ? t('members.choose') : undefined}
      />
      {roles.length > 1 ? (
        <Radio.Group
          label={t('members.giveRole')}
          value={role}
          onChange={(value) => setRole(value as Role)}
          className={classes.roles}
        >
          {roles.map((one) => (
            <Radio
              key={one}
              value={one}
              label={t(`role.${one}`)}
              description={t(`roleHint.${one}`)}
              className={classes.radio}
            />
          ))}
        </Radio.Group>
      ) : (
        <p className={classes.you}>{t('members.viewerOnly')}</p>
      )}
      {add.isError && (
        <Alert color="red" variant="light" role="alert">
          <TroubleText trouble={troubleOf(add.error)} />
        </Alert>
      )}
      <Group gap="sm" grow>
        <Button variant="default" onClick={onClose}>
          {t('app.cancel')}
        </Button>
        <Button type="submit" loading={add.isPending} leftSection={<UserPlus size={18} aria-hidden />}>
          {t('members.submit')}
        </Button>
      </Group>
    </form>
  );
}
