import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { checklistQuery, fileCountQuery } from '@/api/keys';
import type { Room, User } from '@/api/types';
import { Evidence, type EvidenceFilter } from '@/features/files';
import { can, canDeleteFile, Members } from '@/features/members';
import { Checklist, Details, type May, progress } from '@/features/rooms';
import { later } from '@/ui/later';
import type { Panel } from './RoomPage';
import classes from './RoomPage.module.css';
import { usePresence } from './usePresence';

const Hold = later(async () => (await import('@/features/retention')).Hold);

interface Props {
  room: Room;
  user: User;
  may: May;
  panel: Panel;
  onSettings: () => void;
  /** I have left the room. */
  onLeft: () => void;
  onPanel: (panel: Panel) => void;
  /** What of the evidence is shown. */
  filter: EvidenceFilter;
  onFilter: (change: EvidenceFilter) => void;
}

/** What stands behind the conversation: the facts, the people, the evidence. */
export function RoomPanel({ room, user, may, panel, filter, ...on }: Props) {
  const { t } = useTranslation();
  const files = useQuery(fileCountQuery(room.room_id));
  const checklist = useQuery(checklistQuery(room.room_id));
  const here = usePresence(room.room_id);
  const mayHold = can(user, room.my_role, 'hold_room');
  return (
    <Tabs
      value={panel}
      onChange={(value) => on.onPanel(value as Panel)}
      keepMounted={false}
      className={classes.tabs}
      aria-label={t('details.panel')}
    >
      <Tabs.List grow>
        <Tabs.Tab value="details">{t('details.tab')}</Tabs.Tab>
        <Tabs.Tab value="members">{t('members.tabCount', { count: room.member_count })}</Tabs.Tab>
        <Tabs.Tab value="files">
          {files.data === undefined ? t('files.tab') : t('files.tabCount', { count: files.data })}
        </Tabs.Tab>
        <Tabs.Tab value="checklist">
          {checklist.data === undefined || checklist.data.items.length === 0
            ? t('details.checklistTab')
            : t('details.checklistCount', progress(checklist.data.items))}
        </Tabs.Tab>
      </Tabs.List>
      <div className={classes.tabBody}>
        <Tabs.Panel value="details">
          <Link to="/search" search={{ room: room.room_id }} className={classes.searchHere}>
            <Search size={20} aria-hidden />
            {t('search.inRoom')}
          </Link>
          {(mayHold || room.hold !== undefined) && <Hold room={room} mayHold={mayHold} />}
          <Details room={room} may={may} onSettings={on.onSettings} />
        </Tabs.Panel>
        <Tabs.Panel value="members">
          <Members room={room} me={user} here={here?.users} onLeft={on.onLeft} />
        </Tabs.Panel>
        <Tabs.Panel value="checklist">
          <Checklist room={room} me={user} may={may} />
        </Tabs.Panel>
        <Tabs.Panel value="files">
          <Evidence
            roomId={room.room_id}
            filter={filter}
            onFilter={on.onFilter}
            mayRemove={(file) =>
              room.status === 'ARCHIVED' ? 'no' : canDeleteFile(user, room.my_role, file.uploader.user_id)
            }
          />
        </Tabs.Panel>
      </div>
    </Tabs>
  );
}
