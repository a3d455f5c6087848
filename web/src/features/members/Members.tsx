import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { membersQuery } from '@/api/keys';
import type { Member, Role, Room, User } from '@/api/types';
import { Initial } from '@/ui/Initial';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { AddMember } from './AddMember';
import { rolesToGive } from './can';
import classes from './Members.module.css';
import { RoleBadge } from './RoleBadge';

const rank: Record<Role, number> = { OWNER: 0, EDITOR: 1, VIEWER: 2 };

function ranked(members: Member[]): Member[] {
  return members.toSorted((a, b) => rank[a.role] - rank[b.role] || a.added_at.localeCompare(b.added_at));
}

export function Members({ room, me }: { room: Room; me: User }) {
  const { t } = useTranslation();
  const members = useQuery(membersQuery(room.room_id));
  const [adding, setAdding] = useState(false);
  const roles = rolesToGive(me, room.my_role);

  if (members.isError) {
    return (
      <TroubleNotice title={t('members.failed')} error={members.error} retry={() => void members.refetch()} />
    );
  }
  return (
    <div className={classes.panel}>
      {roles.length > 0 && !adding && (
        <Button
          variant="light"
          fullWidth
          mb="sm"
          leftSection={<UserPlus size={18} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          {t('members.add')}
        </Button>
      )}
      {adding && (
        <AddMember
          roomId={room.room_id}
          roles={roles}
          members={members.data?.members ?? []}
          onClose={() => setAdding(false)}
        />
      )}
      {members.isPending && <Skeleton height={120} />}
      <ul aria-label={t('members.title')}>
        {ranked(members.data?.members ?? []).map((member) => (
          <li key={member.user_id} className={classes.member}>
            <Initial name={member.name} />
            <span className={classes.name}>
              {member.name}
              {member.user_id === me.user_id && <span className={classes.you}> · {t('members.you')}</span>}
            </span>
            <RoleBadge role={member.role} />
          </li>
        ))}
      </ul>
    </div>
  );
}
