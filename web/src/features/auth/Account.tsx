import { Button, Group, Modal } from '@mantine/core';
import { LogOut } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signOut } from '@/api/session';
import type { User } from '@/api/types';
import { Initial } from '@/ui/Initial';
import classes from './Auth.module.css';
import { Preferences } from './Preferences';

/** What is not sent yet and would be lost. */
export interface Unsent {
  messages: number;
  files: number;
  drafts: number;
}

interface Props {
  user: User;
  unsent: Unsent;
  /** What else can be done, above the way out. */
  children?: ReactNode;
}

/** Who is signed in, what they chose, and the way out. */
export function Account({ user, unsent, children }: Props) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <div className={classes.account}>
      <div className={classes.who}>
        <Initial name={user.name} />
        <div>
          <strong>{user.name}</strong>
          <p>
            {user.username} · {t(`auth.role.${user.system_role}`)}
          </p>
        </div>
      </div>
      <Preferences />
      {children}
      <Button
        variant="default"
        leftSection={<LogOut size={18} aria-hidden />}
        onClick={() => (wouldLose(unsent) ? setAsking(true) : void signOut())}
      >
        {t('auth.signOut')}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        centered
        title={t('uploads.leaveTitle')}
        closeButtonProps={{ 'aria-label': t('app.close') }}
      >
        <p>{t('uploads.leaveHint', { ...unsent })}</p>
        <Group justify="flex-end" mt="lg" gap="sm">
          <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
            {t('uploads.stay')}
          </Button>
          <Button onClick={() => void signOut()}>{t('uploads.leave')}</Button>
        </Group>
      </Modal>
    </div>
  );
}

function wouldLose({ messages, files, drafts }: Unsent): boolean {
  return messages + files + drafts > 0;
}
