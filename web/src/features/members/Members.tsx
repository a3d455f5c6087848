import { ActionIcon, Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Crown, EllipsisVertical, LogOut, UserCog, UserMinus, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { membersQuery } from '@/api/keys';
import type { Member, Person, Role, Room, User } from '@/api/types';
import { Initial } from '@/ui/Initial';
import { later } from '@/ui/later';
import { MenuEntry } from '@/ui/MenuEntry';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { Waiting } from '@/ui/Waiting';
import type { Change } from './ChangeMember';
import { rolesToGive } from './can';
import classes from './Members.module.css';
import { RoleBadge } from './RoleBadge';
import { mayRemove, maySetRole, mayTransfer, type Standing, type Verdict } from './rules';

const AddMember = later(async () => (await import('./AddMember')).AddMember);
const ChangeMember = later(async () => (await import('./ChangeMember')).ChangeMember);

const rank: Record<Role, number> = { OWNER: 0, EDITOR: 1, VIEWER: 2 };

function ranked(members: Member[]): Member[] {
  return members.toSorted((a, b) => rank[a.role] - rank[b.role] || a.added_at.localeCompare(b.added_at));
}

interface Props {
  room: Room;
  me: User;
  /** Who has the room open now, where that is known. */
  here?: Person[];
  /** I have left the room. */
  onLeft: () => void;
}

export function Members({ room, me, here, onLeft }: Props) {
  const { t } = useTranslation();
  const query = useQuery(membersQuery(room.room_id));
  const [adding, setAdding] = useState(false);
  const [change, setChange] = useState<Change>();
  const archived = room.status === 'ARCHIVED';
  const roles = archived ? [] : rolesToGive(me, room.my_role);
  const members = query.data?.members ?? [];
  const standing: Standing = { me, role: room.my_role, members, archived };
  const present = new Set(here?.map((person) => person.user_id));

  if (query.isError && query.data === undefined) {
    return (
      <TroubleNotice title={t('members.failed')} error={query.error} retry={() => void query.refetch()} />
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
        <AddMember roomId={room.room_id} roles={roles} members={members} onClose={() => setAdding(false)} />
      )}
      {query.isPending && <Waiting height={44} />}
      <ul aria-label={t('members.title')}>
        {ranked(members).map((member) => (
          <li key={member.user_id} className={classes.member}>
            <span className={classes.face}>
              <Initial name={member.name} />
              {present.has(member.user_id) && (
                <span
                  className={classes.here}
                  role="img"
                  aria-label={t('members.here')}
                  title={t('members.here')}
                />
              )}
            </span>
            <span className={classes.name}>
              {member.name}
              {member.user_id === me.user_id && <span className={classes.you}> · {t('members.you')}</span>}
            </span>
            <RoleBadge role={member.role} />
            <Choices member={member} standing={standing} onChoose={setChange} />
          </li>
        ))}
      </ul>
      {change !== undefined && (
        <ChangeMember
          room={room}
          standing={standing}
          change={change}
          onClose={() => setChange(undefined)}
          onLeft={onLeft}
        />
      )}
    </div>
  );
}

interface ChoicesProps {
  member: Member;
  standing: Standing;
  onChoose: (change: Change) => void;
}

/** What may be done about one member; nothing at all shows no button. */
function Choices({ member, standing, onChoose }: ChoicesProps) {
  const { t } = useTranslation();
  const own = member.user_id === standing.me.user_id;
  const others = (['OWNER', 'EDITOR', 'VIEWER'] as const).filter((role) => role !== member.role);
  const verdicts = others.map((role) => maySetRole(standing, member, role));
  const role: Verdict = verdicts.find((one) => one === 'allowed') ?? verdicts[0] ?? 'hidden';
  const transfer = mayTransfer(standing, member);
  const remove = mayRemove(standing, member);
  if ([role, transfer, remove].every((verdict) => verdict === 'hidden'))
    return <span className={classes.none} />;

  const why = (verdict: Verdict) =>
    verdict === 'allowed' || verdict === 'hidden' ? undefined : t(`members.because.${verdict}`);
  return (
    <Menu position="bottom-end" width={280} shadow="md">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          size={36}
          className={classes.choices}
          aria-label={t('members.choices', { name: member.name })}
        >
          <EllipsisVertical size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {role !== 'hidden' && (
          <MenuEntry
            icon={UserCog}
            label={t('members.changeRole')}
            why={why(role)}
            onSelect={() => onChoose({ kind: 'role', member })}
          />
        )}
        {transfer !== 'hidden' && (
          <MenuEntry
            icon={Crown}
            label={t('members.transfer')}
            why={why(transfer)}
            onSelect={() => onChoose({ kind: 'transfer', member })}
          />
        )}
        {remove !== 'hidden' && (
          <MenuEntry
            icon={own ? LogOut : UserMinus}
            label={t(own ? 'members.leave' : 'members.remove')}
            why={why(remove)}
            onSelect={() => onChoose({ kind: own ? 'leave' : 'remove', member })}
          />
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
